"""Writes the golden renders that ChatTemplateGoldenTest compares ours with.

Needs Jinja2 (3.1.6 was used). Run from the module's directory, after a change of the templates or snippets:

    python3 src/test/python/golden.py

The environment is the one that Hugging Face's transformers makes for chat templates.
"""

import json
import pathlib
from datetime import datetime

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = pathlib.Path(__file__).resolve().parent.parent / "resources" / "templates"
NOW = datetime(2026, 3, 7, 9, 5, 2)


class Generation(Extension):
    """{% generation %}…{% endgeneration %}: its body, nothing else."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise TemplateError(message)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: NOW.strftime(form)
    return env


def parsed(messages):
    """What vLLM does: a call's arguments are an object for the template."""
    messages = json.loads(json.dumps(messages))
    for message in messages:
        for call in message.get("tool_calls") or []:
            arguments = call.get("function", {}).get("arguments")
            if isinstance(arguments, str):
                call["function"]["arguments"] = json.loads(arguments) if arguments.strip() else {}
    return messages


def outcome(template, variables):
    try:
        return {"prompt": template().render(**variables)}
    except TemplateError as e:
        if type(e) is TemplateError:
            return {"refused": e.message}
        return {"failed": type(e).__name__}
    except Exception as e:  # noqa: BLE001 - whatever Python raises, ours must fail too
        return {"failed": type(e).__name__}


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    env = environment()
    conversations = json.loads((HERE / "conversations.json").read_text(encoding="utf-8"))
    renders = []
    for file in sorted(HERE.glob("*.jinja")):
        source = file.read_text(encoding="utf-8")
        for conversation in conversations:
            variables = {
                "bos_token": "<s>",
                "eos_token": "</s>",
                "tools": None,
                **conversation.get("variables", {}),
                "messages": parsed(conversation["messages"]),
                "add_generation_prompt": conversation.get("add_generation_prompt", True),
            }
            if conversation.get("tools"):
                variables["tools"] = conversation["tools"]
            renders.append(
                {
                    "template": file.name,
                    "conversation": conversation["name"],
                    **outcome(lambda: env.from_string(source), variables),
                }
            )
    write("golden-conversations.json", renders)
    snippets = json.loads((HERE / "snippets.json").read_text(encoding="utf-8"))
    variables = snippets["variables"]
    write(
        "golden-snippets.json",
        [
            {"template": source, **outcome(lambda: env.from_string(source), variables)}
            for source in snippets["templates"]
        ],
    )


if __name__ == "__main__":
    main()
