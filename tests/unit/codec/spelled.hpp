#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/codec/codec.hpp"

/// Events as short lines of text, so that a test shows what it expects at a glance.
namespace omniroute::codec::test {

inline std::string spelled(const ir::Event& event) {
  struct Speller {
    static std::string count(char letter, const std::optional<std::int64_t>& number) {
      return number ? std::string(" ") + letter + std::to_string(*number) : std::string();
    }
    static std::string bytes(const ir::Opaque& opaque) {
      return std::string(domain::to_string(opaque.origin)) + ":" + opaque.kind + ":" + opaque.bytes;
    }
    std::string operator()(const ir::Start& e) const { return "start " + e.id + " " + e.model; }
    std::string operator()(const ir::PartOpen& e) const {
      static constexpr std::string_view kinds[] = {"text", "reasoning", "tool_call", "refusal", "media", "foreign"};
      std::string out = "open " + std::to_string(e.part) + " " + std::string(kinds[static_cast<int>(e.kind)]);
      if (e.choice != 0) out += " choice=" + std::to_string(e.choice);
      if (e.summary) out += " summary";
      if (!e.item_id.empty()) out += " item=" + e.item_id;
      if (!e.extra.empty()) out += " extra=" + e.extra;
      if (e.kind == ir::PartOpen::Kind::tool_call) {
        out += " " + e.call.id + " " + (e.call.name_space.empty() ? "" : e.call.name_space + "/") + e.call.name;
        if (e.call.custom) out += " custom";
        if (e.call.opaque) out += " " + bytes(*e.call.opaque);
      }
      if (e.media) out += " " + e.media->mime + " " + e.media->data;
      if (e.foreign) out += " " + std::string(domain::to_string(e.foreign->origin)) + ":" + e.foreign->type;
      return out;
    }
    std::string operator()(const ir::PartDelta& e) const { return "delta " + std::to_string(e.part) + " " + e.text; }
    std::string operator()(const ir::PartOpaque& e) const { return "opaque " + std::to_string(e.part) + " " + bytes(e.opaque); }
    std::string operator()(const ir::PartNote& e) const { return "note " + std::to_string(e.part) + " " + e.url + " " + e.title; }
    std::string operator()(const ir::PartClose& e) const { return "close " + std::to_string(e.part); }
    std::string operator()(const ir::Usage& e) const {
      return "usage" + count('i', e.input) + count('o', e.output) + count('c', e.cache_read) + count('w', e.cache_write) +
             count('r', e.reasoning) + count('t', e.total);
    }
    std::string operator()(const ir::Finish& e) const {
      std::string out = "finish " + std::string(ir::to_string(e.reason)) + " " + e.raw;
      if (e.choice != 0) out += " choice=" + std::to_string(e.choice);
      if (!e.stop_sequence.empty()) out += " at=" + e.stop_sequence;
      return out;
    }
    std::string operator()(const ir::Failure& e) const {
      return "failure " + std::string(omniroute::to_string(e.error.kind)) + " " + e.error.message;
    }
    std::string operator()(const ir::End& /*e*/) const { return "end"; }
    std::string operator()(const ir::Ping& /*e*/) const { return "ping"; }
    std::string operator()(const ir::Restart& /*e*/) const { return "restart"; }
  };
  return std::visit(Speller{}, event);
}

inline std::vector<std::string> spelled(const ir::Events& events) {
  std::vector<std::string> out;
  for (const ir::Event& event : events) out.push_back(spelled(event));
  return out;
}

using Lines = std::vector<std::string>;

/// A stream, given as the data of its events, read to its end.
template <class Format>
Lines read_stream(const std::vector<std::string>& data) {
  const auto decoder = Format::make_decoder();
  ir::Events events;
  for (const std::string& each : data) decoder->decode_event({{}, each}, events);
  decoder->finish(events);
  return spelled(events);
}

}  // namespace omniroute::codec::test
