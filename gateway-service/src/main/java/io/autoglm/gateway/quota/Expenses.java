package io.autoglm.gateway.quota;

import java.time.LocalDate;

/// What a tenant has spent in one day and in one month of UTC.
///
/// @param day   days since 1970-01-01
/// @param month months since January of year 0
public record Expenses(long day, long dayTokens, long dayMoney, long month, long monthTokens, long monthMoney) {
    public static final Expenses NONE = new Expenses(0, 0, 0, 0, 0, 0);

    public static long monthOf(long day) {
        return LocalDate.ofEpochDay(day).getYear() * 12L
                + LocalDate.ofEpochDay(day).getMonthValue()
                - 1;
    }

    public static long firstDayOf(long month) {
        return LocalDate.of((int) (month / 12), (int) (month % 12) + 1, 1).toEpochDay();
    }

    /// As they stand on a day: what was spent in one before is forgotten.
    public Expenses on(long today) {
        long thisMonth = monthOf(today);
        boolean same = today == day;
        boolean sameMonth = thisMonth == month;
        return new Expenses(
                today,
                same ? dayTokens : 0,
                same ? dayMoney : 0,
                thisMonth,
                sameMonth ? monthTokens : 0,
                sameMonth ? monthMoney : 0);
    }

    public Expenses plus(Bill bill) {
        long tokens = bill.tokens().total();
        long money = bill.microMoney();
        return new Expenses(day, dayTokens + tokens, dayMoney + money, month, monthTokens + tokens, monthMoney + money);
    }
}
