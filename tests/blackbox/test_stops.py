"""Stop sequences: sent to upstreams that take them, seen to by the gateway where they do not."""
from scene import Scene
from speak import FORMATS, ask, finish_of, text_of

scene = Scene

NAMES = {"chat": "stop", "messages": "stop_sequences"}
STOPPED = {"chat": ("stop", None), "messages": ("stop_sequence", "two STOP"), "gemini": ("STOP", None)}


def fields(dialect, stops):
    return {"generationConfig": {"stopSequences": stops}} if dialect == "gemini" else {NAMES[dialect]: stops}


def test_an_upstream_without_stops_is_cut_at_the_first_one_across_deltas(stage):
    for dialect in ("chat", "messages", "gemini"):
        for stream in (False, True):
            for text in ("one two STOP three", "<<text bytes=3>> one two STOP three"):
                reply = ask(stage, dialect, text, "re/m", stream, **fields(dialect, ["never", "two STOP"]))
                assert reply.status == 200 and reply.whole, reply
                assert text_of(dialect, reply, stream) == "echo: one ", f"{dialect} {stream}: {reply}"
                assert finish_of(dialect, reply, stream) == STOPPED[dialect], f"{dialect} {stream}: {reply}"
                assert "stop" not in (reply.header("x-omniroute-dropped") or ""), "it is not lost"
                assert not stage.upstream.last().violations


def test_what_only_begins_like_one_comes_out_whole(stage):
    for dialect in ("chat", "messages", "gemini"):
        for stream in (False, True):
            reply = ask(stage, dialect, "one two STO", "re/m", stream, **fields(dialect, ["two STOP"]))
            assert text_of(dialect, reply, stream) == "echo: one two STO", f"{dialect} {stream}: {reply}"
            assert finish_of(dialect, reply, stream)[0] in ("stop", "end_turn", "STOP"), reply


def test_those_beyond_what_a_format_takes_are_seen_to_as_well(stage):
    stops = ["s1", "s2", "s3", "s4", "s5", "two STOP"]
    for dialect in ("messages", "gemini", "chat"):
        for model, most in (("oc/m", 4), ("ge/m", 5), ("an/m", 6)):
            own = {"chat": "oc/m", "messages": "an/m", "gemini": "ge/m"}[dialect] == model
            if own:
                continue
            for stream in (False, True):
                reply = ask(stage, dialect, "one two STOP three", model, stream, **fields(dialect, stops))
                sent = stage.upstream.last().body
                sent = sent.get("stop") or sent.get("stop_sequences") or sent["generationConfig"]["stopSequences"]
                assert sent == stops[:most], f"{dialect} over {model}: {sent}"
                if most < 6:  # the fake provider itself stops nowhere
                    assert text_of(dialect, reply, stream) == "echo: one ", f"{dialect} over {model}: {reply}"
                    assert finish_of(dialect, reply, stream) == STOPPED[dialect], f"{dialect} over {model}: {reply}"


def test_the_upstream_is_let_go_at_the_cut(stage):
    reply = ask(stage, "chat", "<<text words=500 gap=10>>", "re/m", True, stop=["w7 "])
    assert text_of("chat", reply, True) == "".join(f"w{i} " for i in range(7)), reply
    assert reply.pieces[-1][0] < 3, "the answer waited for the provider"
    assert stage.upstream.wait(lambda: stage.upstream.last().gone_at is not None), "the provider still writes"


def test_the_same_format_passes_its_stops(stage):
    for dialect, model in (("chat", "oc/m"), ("messages", "an/m"), ("gemini", "ge/m")):
        reply = ask(stage, dialect, "one two STOP three", model, False, **fields(dialect, ["two STOP"]))
        assert text_of(dialect, reply) == "echo: one two STOP three", "the fake provider stops nowhere, and nobody else looks"
    assert set(FORMATS) == {"chat", "messages", "gemini", "responses"}  # Responses clients have no stops to send
