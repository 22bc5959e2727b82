"""The other half of botocore_round_trip.rs: asks it, one JSON line at a time, to read what botocore writes and to write
what botocore reads, for every operation and error of every model, and compares.

Values are made up from botocore's models with a fixed seed (ROUND_TRIP_SEED changes it) and keep every constraint.
Between the two sides times are milliseconds, bytes are base64, members have their names in the model.
"""

import base64
import datetime
import json
import os
import random
import re
import sys

try:
    import re._constants as sre
    import re._parser as sre_parser
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse as sre_parser
from urllib.parse import urlsplit

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.compat import HTTPHeaders

SERVICES = (
    "cloudtrail iam identitystore organizations secretsmanager signin sso sso-admin sso-oidc sts".split()
)
ROUNDS = 4
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
# Classes that Python's patterns do not have, as samples of them.
CLASSES = {"L": "a-zA-Zäß語", "M": "\u0301", "N": "0-9", "P": "!.,", "S": "+$€", "Z": " "}


class Maker:
    """Makes up values for shapes."""

    def __init__(self, rng, protocol):
        self.rng = rng
        self.is_query = protocol == "query"

    def value(self, shape, fullness):
        make = getattr(self, "make_" + shape.type_name)
        return make(shape, fullness if fullness > 0.4 else 0)

    def make_structure(self, shape, fullness):
        if getattr(shape, "is_document_type", False):
            return {"text": "ü", "list": [1, None, {"deep": True}]}
        names = list(shape.members)
        if shape.is_tagged_union:
            names = [self.rng.choice(names)]
        else:
            names = [
                name for name in names if name in shape.required_members or self.rng.random() < fullness
            ]
            # A structure without members cannot be told from none in a form.
            if not names and shape.members and self.is_query:
                names = [self.rng.choice(list(shape.members))]
        # Some structures hold themselves: they are full for a few levels only.
        return {name: self.value(shape.members[name], fullness * 0.9) for name in names}

    def make_list(self, shape, fullness):
        return [self.value(shape.member, fullness) for _ in range(self.count(shape, 0, 3))]

    def make_map(self, shape, fullness):
        least = 1 if self.is_query else 0
        keys = {self.value(shape.key, fullness) for _ in range(self.count(shape, least, 3))}
        return {key: self.value(shape.value, fullness) for key in keys}

    def make_string(self, shape, fullness):
        if shape.enum:
            return self.rng.choice(shape.enum)
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 10**6)
        if "pattern" in shape.metadata:
            return self.matching(shape.metadata["pattern"], least, most)
        length = self.rng.randint(least, min(most, least + 12))
        return "".join(self.rng.choice("aZ0 .&<>'\"=+%;/\\\n\tüß語😀") for _ in range(length))

    def make_integer(self, shape, fullness):
        return self.rng.randint(shape.metadata.get("min", -5), shape.metadata.get("max", 2**31 - 1))

    def make_long(self, shape, fullness):
        return self.rng.randint(shape.metadata.get("min", -5), shape.metadata.get("max", 2**53))

    def make_float(self, shape, fullness):
        # Halves: what every float holds exactly.
        return self.rng.randint(-1000, 1000) / 2

    make_double = make_float

    def make_boolean(self, shape, fullness):
        return self.rng.random() < 0.5

    def make_blob(self, shape, fullness):
        return self.rng.randbytes(self.count(shape, 0, 20))

    def make_timestamp(self, shape, fullness):
        # XML has whole seconds, JSON milliseconds.
        milliseconds = self.rng.randrange(4 * 10**12) // 1000 * 1000
        milliseconds += 0 if self.is_query else self.rng.randrange(1000)
        return EPOCH + datetime.timedelta(milliseconds=milliseconds)

    def count(self, shape, least, more):
        least = max(least, shape.metadata.get("min", 0))
        return self.rng.randint(least, min(shape.metadata.get("max", 10**6), least + more))

    def matching(self, text, least, most):
        """A text of that length that a pattern matches as a whole."""
        text = expand_classes(text)
        parsed = sre_parser.parse(text)
        for attempt in range(2000):
            self.repeat = self.rng.randint(least, min(most, least + 8)) // (1 + attempt % 7)
            made = self.produce(parsed)
            if least <= len(made) <= most and re.fullmatch(text, made, re.ASCII):
                return made
        raise ValueError(f"nothing of {least} to {most} matches {text}")

    def produce(self, parsed):
        return "".join(self.produce_one(*item) for item in parsed)

    def produce_one(self, kind, data):
        if kind is sre.LITERAL:
            return chr(data)
        if kind is sre.ANY:
            return self.rng.choice("abc/:7")
        if kind is sre.NOT_LITERAL:
            return self.rng.choice([letter for letter in "abc7" if ord(letter) != data])
        if kind is sre.IN:
            return self.produce_class(data)
        if kind is sre.SUBPATTERN:
            return self.produce(data[-1])
        if kind is sre.BRANCH:
            return self.produce(self.rng.choice(data[1]))
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = data
            most = least + 3 if most == sre.MAXREPEAT and least > 1 else most
            times = self.rng.randint(least, max(least, min(int(most), max(self.repeat, least + 1))))
            times = max(times, min(self.repeat, int(most)))
            return "".join(self.produce(inner) for _ in range(times))
        if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            return ""
        raise ValueError(f"{kind} in a pattern")

    def produce_class(self, items):
        if items[0][0] is sre.NEGATE:
            allowed = [chr(code) for code in range(33, 127) if not in_class(code, items[1:])]
            return self.rng.choice(allowed)
        kind, data = self.rng.choice(items)
        if kind is sre.LITERAL:
            return chr(data)
        if kind is sre.RANGE:
            return chr(self.rng.randint(data[0], min(data[1], data[0] + 300)))
        return self.rng.choice(
            {
                sre.CATEGORY_DIGIT: "0123456789",
                sre.CATEGORY_WORD: "azAZ09_",
                sre.CATEGORY_SPACE: " ",
                sre.CATEGORY_NOT_SPACE: "ax7ü",
            }[data]
        )


def in_class(code, items):
    for kind, data in items:
        if kind is sre.LITERAL and data == code:
            return True
        if kind is sre.RANGE and data[0] <= code <= data[1]:
            return True
        if kind is sre.CATEGORY and data is sre.CATEGORY_SPACE and chr(code).isspace():
            return True
    return False


def expand_classes(text):
    """`\\p{L}` inside brackets and outside."""
    out, in_brackets, position = [], False, 0
    while position < len(text):
        if text.startswith("\\p{", position):
            sample = CLASSES[text[position + 3]]
            out.append(sample if in_brackets else f"[{sample}]")
            position += 5
            continue
        if text[position] == "\\":
            out.append(text[position : position + 2])
            position += 2
            continue
        if text[position] == "[":
            in_brackets = True
        elif text[position] == "]":
            in_brackets = False
        out.append(text[position])
        position += 1
    return "".join(out)


def canonical(shape, value):
    """What the other side calls the same value."""
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        return {
            name: canonical(shape.members[name], value[name]) for name in shape.members if name in value
        }
    if shape.type_name == "list":
        return [canonical(shape.member, element) for element in value]
    if shape.type_name == "map":
        return {key: canonical(shape.value, element) for key, element in value.items()}
    if shape.type_name == "timestamp":
        return round((value - EPOCH) / datetime.timedelta(milliseconds=1))
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return value


class Checker:
    def __init__(self):
        self.loader = botocore.loaders.Loader()
        self.failures, self.checks, self.operations, self.errors = [], 0, 0, 0

    def run(self):
        for service in SERVICES:
            model = botocore.model.ServiceModel(self.loader.load_service_model(service, "service-2"), service)
            self.service = service
            self.protocol = model.metadata["protocol"]
            self.serializer = botocore.serialize.create_serializer(self.protocol)
            self.parser = botocore.parsers.create_parser(self.protocol)
            for name in model.operation_names:
                self.operations += 1
                operation = model.operation_model(name)
                for round_ in range(ROUNDS):
                    seed = os.environ.get("ROUND_TRIP_SEED", "0")
                    maker = Maker(random.Random(f"{seed} {service} {name} {round_}"), self.protocol)
                    fullness = {0: 1.0, 1: 0.0}.get(round_, 0.5)
                    self.attempt(f"{name} request", lambda: self.request(operation, maker, fullness))
                    self.attempt(f"{name} output", lambda: self.output(operation, maker, fullness))
            for shape in model.error_shapes:
                self.errors += 1
                maker = Maker(random.Random(f"{service} {shape.name}"), self.protocol)
                self.attempt(f"{shape.name} error", lambda: self.error(shape, maker))
        tell(
            do="done",
            checks=self.checks,
            operations=self.operations,
            errors=self.errors,
            failures=self.failures,
        )

    def attempt(self, what, check):
        self.checks += 1
        try:
            check()
        except Exception as error:
            self.failures.append(f"{self.service} {what}: {type(error).__name__}: {error}")

    def request(self, operation, maker, fullness):
        shape = operation.input_shape
        params = maker.value(shape, fullness) if shape else {}
        serialized = self.serializer.serialize_to_request(params, operation)
        prepare_request_dict(serialized, "http://127.0.0.1:4500")
        prepared = create_request_object(serialized).prepare()
        url = urlsplit(prepared.url)
        body = prepared.body or b""
        answer = self.ask(
            do="request",
            service=self.service,
            operation=operation.name,
            method=prepared.method,
            path=url.path,
            query=url.query,
            headers={name.lower(): text(value) for name, value in prepared.headers.items()},
            body=base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode(),
        )
        compare(answer["input"], canonical(shape, params) if shape else {})

    def output(self, operation, maker, fullness):
        shape = operation.output_shape
        value = maker.value(shape, fullness) if shape else {}
        question = dict(do="output", service=self.service, operation=operation.name)
        question["value"] = canonical(shape, value) if shape else {}
        response = self.response(self.ask(**question))
        parsed = self.parser.parse(response, shape)
        metadata = parsed.pop("ResponseMetadata", {})
        if self.protocol == "query" and metadata.get("RequestId") != "request-1":
            raise ValueError(f"request id {metadata}")
        compare(canonical(shape, parsed) if shape else parsed, question["value"])
        if self.protocol == "query" and shape:
            answer = json.loads(self.response(self.ask(**question, accept="application/json"))["body"])
            result = answer[f"{operation.name}Response"][f"{operation.name}Result"]
            response = {"status_code": 200, "headers": HTTPHeaders(), "body": json.dumps(result).encode()}
            parsed = botocore.parsers.create_parser("json").parse(response, shape)
            compare(canonical(shape, parsed), question["value"])

    def error(self, shape, maker):
        value = maker.value(shape, 1.0)
        texts = [name for name in value if name.lower() in ("message", "error_description")]
        question = dict(do="error", service=self.service, shape=shape.name, value=canonical(shape, value))
        response = self.response(self.ask(**question))
        error = shape.metadata.get("error", {})
        default = 500 if shape._shape_model.get("fault") else 400
        if response["status_code"] != error.get("httpStatusCode", default):
            raise ValueError(f"status {response['status_code']}")
        parsed = self.parser.parse(response, None)
        found = [parsed["Error"]["Code"], parsed["Error"]["Message"] or ""]
        compare(found, [shape.error_code, value[texts[0]] if texts else ""])
        if self.protocol != "query":
            members = self.parser.parse(response, shape)
            members.pop("ResponseMetadata", None)
            compare(canonical(shape, members), question["value"])

    def ask(self, **question):
        tell(**question)
        answer = json.loads(sys.stdin.readline())
        if "failure" in answer:
            raise ValueError(f"{answer['failure']} for {json.dumps(question, ensure_ascii=False)[:2000]}")
        return answer

    @staticmethod
    def response(answer):
        headers = HTTPHeaders()
        for name, value in answer["headers"].items():
            headers[name] = value
        body = base64.b64decode(answer["body"])
        return {"status_code": answer["status"], "headers": headers, "body": body}


def tell(**line):
    print(json.dumps(line), flush=True)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def compare(found, expected):
    if found != expected:
        show = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)[:1500]
        raise ValueError(f"\n  found    {show(found)}\n  expected {show(expected)}")


if __name__ == "__main__":
    Checker().run()
