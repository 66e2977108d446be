package io.autoglm.local.home;

import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// What went wrong, in words: the message of many an exception of the JDK is only the path, or the host.
public final class Fault {
    private Fault() {}

    /// One line that can follow `autoglm: `.
    public static String words(Exception fault) {
        return switch (fault) {
            case FileSystemException atFile when atFile.getReason() == null -> atFile.getFile() + ": " + reason(atFile);
            case UnknownHostException host -> host.getMessage() + ": no such host is known";
            default -> fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
        };
    }

    private static String reason(FileSystemException fault) {
        return switch (fault) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "there is no such file or folder";
            case NotDirectoryException file -> "it is not a folder";
            case DirectoryNotEmptyException full -> "the folder is not empty";
            case FileAlreadyExistsException there -> "it exists, and is something else";
            default -> "the file system refuses it";
        };
    }
}
