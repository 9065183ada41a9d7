"""An OpenTelemetry collector that reads strictly: OTLP over HTTP as opentelemetry-proto 1.x has it, protobuf and JSON.

Whatever the schema does not know, a wrong wire type, a number that is no text in JSON: all of it is an error, kept for the test to see."""
import gzip
import json
import re
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# message: {JSON name: (field number, type, repeated)}; a type that is a message stands here, too.
SCHEMA = {
    "ExportTraceServiceRequest": {"resourceSpans": (1, "ResourceSpans", True)},
    "ResourceSpans": {"resource": (1, "Resource", False), "scopeSpans": (2, "ScopeSpans", True), "schemaUrl": (3, "string", False)},
    "Resource": {"attributes": (1, "KeyValue", True), "droppedAttributesCount": (2, "uint32", False)},
    "ScopeSpans": {"scope": (1, "InstrumentationScope", False), "spans": (2, "Span", True), "schemaUrl": (3, "string", False)},
    "InstrumentationScope": {"name": (1, "string", False), "version": (2, "string", False), "attributes": (3, "KeyValue", True)},
    "Span": {"traceId": (1, "bytes16", False), "spanId": (2, "bytes8", False), "traceState": (3, "string", False), "parentSpanId": (4, "bytes8", False),
             "name": (5, "string", False), "kind": (6, "enum5", False), "startTimeUnixNano": (7, "fixed64", False), "endTimeUnixNano": (8, "fixed64", False),
             "attributes": (9, "KeyValue", True), "droppedAttributesCount": (10, "uint32", False), "status": (15, "Status", False), "flags": (16, "fixed32", False)},
    "Status": {"message": (2, "string", False), "code": (3, "enum2", False)},
    "KeyValue": {"key": (1, "string", False), "value": (2, "AnyValue", False)},
    "AnyValue": {"stringValue": (1, "string", False), "boolValue": (2, "bool", False), "intValue": (3, "int64", False), "doubleValue": (4, "double", False)},
    "ExportMetricsServiceRequest": {"resourceMetrics": (1, "ResourceMetrics", True)},
    "ResourceMetrics": {"resource": (1, "Resource", False), "scopeMetrics": (2, "ScopeMetrics", True), "schemaUrl": (3, "string", False)},
    "ScopeMetrics": {"scope": (1, "InstrumentationScope", False), "metrics": (2, "Metric", True), "schemaUrl": (3, "string", False)},
    "Metric": {"name": (1, "string", False), "description": (2, "string", False), "unit": (3, "string", False), "histogram": (9, "Histogram", False)},
    "Histogram": {"dataPoints": (1, "HistogramDataPoint", True), "aggregationTemporality": (2, "enum2", False)},
    "HistogramDataPoint": {"startTimeUnixNano": (2, "fixed64", False), "timeUnixNano": (3, "fixed64", False), "count": (4, "fixed64", False),
                           "sum": (5, "double", False), "bucketCounts": (6, "fixed64", True), "explicitBounds": (7, "double", True),
                           "attributes": (9, "KeyValue", True), "flags": (10, "uint32", False), "min": (11, "double", False), "max": (12, "double", False)},
}
WIRE = {"string": 2, "bytes16": 2, "bytes8": 2, "fixed64": 1, "double": 1, "fixed32": 5, "uint32": 0, "int64": 0, "bool": 0, "enum2": 0, "enum5": 0}


def varint(data, at):
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        assert shift < 64, "a varint of more than 64 bits"


def of_wire(kind, value):
    if kind in ("fixed64", "fixed32"):
        return int.from_bytes(value, "little")
    if kind == "double":
        return struct.unpack("<d", value)[0]
    if kind.startswith("bytes"):
        assert len(value) == int(kind[5:]), f"{kind} of {len(value)} bytes"
        return value.hex()
    if kind == "string":
        return value.decode("utf-8")
    if kind == "bool":
        assert value in (0, 1)
        return bool(value)
    if kind == "int64":
        return value - (1 << 64) if value >> 63 else value
    if kind.startswith("enum"):
        assert value <= int(kind[4:]), f"{kind}: {value}"
    return value


def from_protobuf(name, data):
    fields = {number: (field, kind, many) for field, (number, kind, many) in SCHEMA[name].items()}
    message, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        assert tag >> 3 in fields, f"{name} has no field {tag >> 3}"
        field, kind, many = fields[tag >> 3]
        wire, expected = tag & 7, 2 if kind in SCHEMA or (many and kind in ("fixed64", "double")) else WIRE[kind]
        assert wire == expected, f"{name}.{field} has the wire type {wire}"
        if wire == 0:
            value, at = varint(data, at)
        else:
            length = {1: 8, 5: 4}.get(wire)
            if length is None:
                length, at = varint(data, at)
            assert at + length <= len(data), f"{name}.{field} is cut off"
            value, at = data[at:at + length], at + length
        if kind in SCHEMA:
            value = from_protobuf(kind, value)
        elif many:  # packed
            assert len(value) % 8 == 0
            message.setdefault(field, []).extend(of_wire(kind, value[i:i + 8]) for i in range(0, len(value), 8))
            continue
        else:
            value = of_wire(kind, value)
        if many:
            message.setdefault(field, []).append(value)
        else:
            assert field not in message, f"{name}.{field} stands there twice"
            message[field] = value
    return message


def of_json(kind, value):
    if kind in SCHEMA:
        return from_json(kind, value)
    if kind in ("fixed64", "int64"):
        assert isinstance(value, str) and re.fullmatch(r"-?\d+", value), f"a 64-bit number is no text: {value!r}"
        return int(value)
    if kind == "double":
        assert isinstance(value, (int, float)) and not isinstance(value, bool), value
        return float(value)
    if kind.startswith("bytes"):
        assert re.fullmatch(rf"[0-9a-f]{{{2 * int(kind[5:])}}}", value), f"{kind}: {value!r}"
        return value
    if kind == "bool":
        assert isinstance(value, bool)
        return value
    if kind == "string":
        assert isinstance(value, str), value
        return value
    assert isinstance(value, int) and not isinstance(value, bool) and (not kind.startswith("enum") or 0 <= value <= int(kind[4:])), f"{kind}: {value!r}"
    return value


def from_json(name, data):
    assert isinstance(data, dict), f"{name} is {data!r}"
    message = {}
    for field, value in data.items():
        assert field in SCHEMA[name], f"{name} has no member {field}"
        _, kind, many = SCHEMA[name][field]
        assert isinstance(value, list) == many, f"{name}.{field}: {value!r}"
        message[field] = [of_json(kind, each) for each in value] if many else of_json(kind, value)
    return message


def words(attributes):
    pairs = {}
    for pair in attributes:
        assert pair["key"] not in pairs, f"{pair['key']} stands there twice"
        (pairs[pair["key"]],) = pair["value"].values()
    return pairs


class Collector:
    """with Collector() as collector: … collector.spans, collector.metrics (the newest export by name)"""

    def __init__(self, status=200):
        self.status, self.spans, self.metrics, self.resources, self.headers, self.faults, self.asked = status, [], {}, [], [], [], 0
        self.lock = threading.Lock()
        outer = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with outer.lock:
                    outer.asked += 1
                    try:
                        if outer.status == 200:
                            outer.take(self.path, self.headers, body)
                    except Exception as fault:  # noqa: BLE001  (whatever it is, the test has to see it)
                        outer.faults.append(repr(fault))
                self.send_response(outer.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self, path, headers, body):
        self.headers.append(dict(headers))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        kind = {"/v1/traces": "ExportTraceServiceRequest", "/v1/metrics": "ExportMetricsServiceRequest"}[path]
        if headers["content-type"] == "application/x-protobuf":
            message = from_protobuf(kind, body)
        else:
            assert headers["content-type"] == "application/json", headers["content-type"]
            message = from_json(kind, json.loads(body))
        if path == "/v1/traces":
            for whole in message["resourceSpans"]:
                self.resources.append(words(whole["resource"]["attributes"]))
                for scope in whole["scopeSpans"]:
                    assert scope["scope"]["name"]
                    self.spans += [{**span, "attributes": words(span["attributes"])} for span in scope["spans"]]
            return
        for whole in message["resourceMetrics"]:
            for scope in whole["scopeMetrics"]:
                self.metrics = {metric["name"]: metric for metric in scope["metrics"]}
                for metric in scope["metrics"]:
                    self.check(metric)

    @staticmethod
    def check(metric):
        histogram = metric["histogram"]
        assert histogram["aggregationTemporality"] == 2 and histogram["dataPoints"], metric
        seen = set()
        for point in histogram["dataPoints"]:
            assert len(point["bucketCounts"]) == len(point["explicitBounds"]) + 1 and sum(point["bucketCounts"]) == point["count"], point
            assert point["explicitBounds"] == sorted(set(point["explicitBounds"])) and point["min"] <= point["max"] <= point["sum"] + 1e-9, point
            assert point["startTimeUnixNano"] <= point["timeUnixNano"], point
            key = json.dumps(words(point["attributes"]), sort_keys=True)
            assert key not in seen, f"{metric['name']} has a series twice: {key}"
            seen.add(key)
