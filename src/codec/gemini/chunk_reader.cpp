#include "gemini/chunk_reader.hpp"

#include <algorithm>

#include "shared/carrier.hpp"
#include "shared/finish.hpp"
#include "shared/media.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::gemini {
namespace {

using ir::Format;
using json::Kind;
using json::Value;
using PartKind = ir::PartOpen::Kind;

// A signature that was wrapped for another vendor's bytes comes back as what it is.
ir::Opaque opaque_of(std::string_view signature) {
  if (auto wrapped = unwrap_opaque_base64(signature)) return std::move(wrapped->opaque);
  return {Format::gemini, "thought_signature", std::string(signature)};
}

void take_count(Value usage, std::string_view name, std::optional<std::int64_t>& slot, bool& changed) {
  std::int64_t count = 0;
  if (!usage.find(name).integer(count) || slot == count) return;
  slot = count;
  changed = true;
}

}  // namespace

void ChunkReader::begin(Value response, ir::Events& out) {
  if (begun_) return;
  begun_ = true;
  ir::Start start;
  start.id = response.find("responseId").text();
  start.model = response.find("modelVersion").text();
  out.emplace_back(std::move(start));
}

ChunkReader::Candidate& ChunkReader::candidate_at(std::uint32_t choice) {
  for (Candidate& candidate : candidates_)
    if (candidate.choice == choice) return candidate;
  Candidate candidate;
  candidate.choice = choice;
  return candidates_.emplace_back(std::move(candidate));
}

ir::PartOpen& ChunkReader::open(Candidate& candidate, PartKind kind, ir::Events& out) {
  close(candidate, out);
  candidate.open = true;
  candidate.kind = kind;
  candidate.part = parts_++;
  ir::PartOpen event;
  event.part = candidate.part;
  event.kind = kind;
  event.choice = candidate.choice;
  return std::get<ir::PartOpen>(out.emplace_back(std::move(event)));
}

void ChunkReader::close(Candidate& candidate, ir::Events& out) {
  if (!candidate.open) return;
  candidate.open = false;
  if (candidate.args) {
    out.emplace_back(ir::PartDelta{candidate.part, candidate.args->text()});
    candidate.args.reset();
  }
  out.emplace_back(ir::PartClose{candidate.part});
}

void ChunkReader::read_text(Candidate& candidate, std::string_view text, bool thought, ir::Events& out) {
  const PartKind kind = thought ? PartKind::reasoning : PartKind::text;
  if (text.empty()) return;
  if (!candidate.open || candidate.kind != kind) open(candidate, kind, out).summary = thought;
  out.emplace_back(ir::PartDelta{candidate.part, std::string(text)});
}

// A call comes whole, or begins with its name, goes on in nameless pieces and ends with an empty one (or without).
void ChunkReader::read_call(Candidate& candidate, Value call, std::string_view signature, ir::Events& out) {
  const std::string_view name = call.find("name").text();
  const Value pieces = call.find("partialArgs");
  const bool goes_on = call.find("willContinue").boolean();
  if (name.empty() && candidate.args) {
    for (const Value piece : pieces) candidate.args->take(piece);
    if (!goes_on) close(candidate, out);
    return;
  }
  if (name.empty() && !call.find("args")) return;
  ir::PartOpen& event = open(candidate, PartKind::tool_call, out);
  event.call.name = name;
  event.call.id = call.find("id").text();
  if (!signature.empty()) event.call.opaque = opaque_of(signature);
  candidate.has_calls = true;
  if (goes_on || pieces) {
    candidate.args.emplace();
    for (const Value piece : pieces) candidate.args->take(piece);
    if (!goes_on) close(candidate, out);
    return;
  }
  const Value args = call.find("args");
  out.emplace_back(ir::PartDelta{candidate.part, args.absent() ? "{}" : compact(args)});
  close(candidate, out);
}

void ChunkReader::read_media(Candidate& candidate, Value part, Value data, ir::Events& out) {
  ir::Media media;
  media.origin = Format::gemini;
  media.mime = data.find("mimeType").text();
  media.data = data.find("data").text();
  const std::string_view mime = media.mime;
  media.kind = mime.starts_with("audio/")   ? ir::Media::Kind::audio
               : mime.starts_with("video/") ? ir::Media::Kind::video
               : mime.starts_with("image/") ? ir::Media::Kind::image
                                            : ir::Media::Kind::document;
  if (const auto bytes = decode_base64(media.data); bytes && media.data.find_first_of("-_") != std::string::npos)
    media.data = encode_base64(*bytes);
  const std::string_view signature = part.find("thoughtSignature").text();
  if (!signature.empty()) media.opaque = opaque_of(signature);
  open(candidate, PartKind::media, out).media = std::move(media);
  close(candidate, out);
}

void ChunkReader::read_part(Candidate& candidate, Value part, ir::Events& out) {
  const std::string_view signature = part.find("thoughtSignature").text();
  const bool thought = part.find("thought").boolean();
  if (const Value call = part.find("functionCall"); call.is(Kind::object)) {
    read_call(candidate, call, signature, out);
    return;
  }
  const Value text = part.find("text");
  const Value data = part.find("inlineData");
  if (text.is(Kind::string)) {
    read_text(candidate, text.text(), thought, out);
  } else if (data.is(Kind::object) && !thought) {
    read_media(candidate, part, data, out);
    return;
  } else if (part.size() > (signature.empty() ? 0U : 1U)) {
    const std::string_view type = part.begin().key();
    open(candidate, PartKind::foreign, out).foreign = ir::Foreign{Format::gemini, std::string(type), compact(part)};
    close(candidate, out);
    return;
  }
  if (signature.empty()) return;
  // It closes the part whose text it stands on. On no text it is a part of its own: reasoning of which only the bytes
  // are known.
  const bool stands_on_text = !text.text().empty() || (thought && candidate.open && candidate.kind == PartKind::reasoning);
  if (!stands_on_text) open(candidate, PartKind::reasoning, out);
  out.emplace_back(ir::PartOpaque{candidate.part, opaque_of(signature)});
  close(candidate, out);
}

void ChunkReader::read_candidate(Candidate& candidate, Value value, ir::Events& out) {
  for (auto it = value.begin(); it != value.end(); ++it) {
    const std::string_view key = it.key();
    if (key == "content") {
      for (const Value part : (*it).find("parts"))
        if (part.is(Kind::object)) read_part(candidate, part, out);
    } else if (key == "finishReason") {
      if (!(*it).text().empty()) candidate.finish = (*it).text();
    } else if (key != "index" && !(*it).absent()) {
      read_member(candidate, key, *it);
    }
  }
}

// Grounding is told anew by later chunks, citations are added to.
void ChunkReader::read_member(Candidate& candidate, std::string_view name, Value value) {
  if (name == "citationMetadata") {
    for (auto it = value.begin(); it != value.end(); ++it) {
      candidate.citations_name = it.key();
      for (const Value each : *it) {
        std::string raw = compact(each);
        const auto& known = candidate.citations;
        if (std::find(known.begin(), known.end(), raw) == known.end()) candidate.citations.push_back(std::move(raw));
      }
    }
    return;
  }
  std::string* slot = nullptr;
  for (auto& [known, raw] : candidate.members)
    if (known == name) slot = &raw;
  if (slot != nullptr && value.is(Kind::object) && value.size() == 0) return;
  if (slot == nullptr) slot = &candidate.members.emplace_back(std::string(name), std::string()).second;
  slot->clear();
  json::append_compact(value.raw(), *slot);
}

void ChunkReader::read_usage(Value usage, ir::Events& out) {
  bool changed = false;
  take_count(usage, "promptTokenCount", counts_.prompt, changed);
  take_count(usage, "toolUsePromptTokenCount", counts_.tool_prompt, changed);
  take_count(usage, "cachedContentTokenCount", counts_.cached, changed);
  take_count(usage, "candidatesTokenCount", counts_.candidates, changed);
  take_count(usage, "thoughtsTokenCount", counts_.thoughts, changed);
  take_count(usage, "totalTokenCount", counts_.total, changed);
  if (!changed) return;
  ir::Usage event;
  if (counts_.prompt) event.input = *counts_.prompt + counts_.tool_prompt.value_or(0);
  if (counts_.candidates || counts_.thoughts) event.output = counts_.candidates.value_or(0) + counts_.thoughts.value_or(0);
  event.cache_read = counts_.cached;
  event.reasoning = counts_.thoughts;
  event.total = counts_.total;
  out.emplace_back(event);
}

void ChunkReader::chunk(Value response, ir::Events& out) {
  if (ended_) return;
  std::uint32_t position = 0;
  for (auto it = response.begin(); it != response.end(); ++it) {
    const std::string_view key = it.key();
    if (key == "candidates") {
      begin(response, out);
      for (const Value value : *it) {
        std::int64_t index = 0;
        if (!value.find("index").integer(index) || index < 0 || index > 127) index = position;
        ++position;
        read_candidate(candidate_at(static_cast<std::uint32_t>(index)), value, out);
      }
    } else if (key == "promptFeedback") {
      begin(response, out);
      if (const std::string_view reason = (*it).find("blockReason").text(); !reason.empty()) blocked_ = reason;
      if ((*it).is(Kind::object)) prompt_feedback_ = compact(*it);
    } else if (key == "usageMetadata" && (*it).is(Kind::object)) {
      begin(response, out);
      read_usage(*it, out);
    }
  }
}

void ChunkReader::tell_citations(const Candidate& candidate, ir::Events& out) {
  if (!candidate.open || candidate.kind != PartKind::text) return;
  const auto tell = [&](Value page) {
    ir::PartNote note;
    note.part = candidate.part;
    note.origin = Format::gemini;
    note.url = page.find("uri").text();
    note.title = page.find("title").text();
    if (!note.url.empty()) out.emplace_back(std::move(note));
  };
  json::Document document;
  for (const auto& [name, raw] : candidate.members) {
    if (name != "groundingMetadata" || !document.parse(raw)) continue;
    for (const Value chunk : document.root().find("groundingChunks"))
      for (const std::string_view kind : {"web", "retrievedContext", "maps"})
        if (const Value page = chunk.find(kind)) tell(page);
  }
  for (const std::string& raw : candidate.citations)
    if (document.parse(raw)) tell(document.root());
}

void ChunkReader::tell_finish(Candidate& candidate, ir::Events& out) {
  tell_citations(candidate, out);
  close(candidate, out);
  ir::Finish finish;
  finish.origin = Format::gemini;
  finish.choice = candidate.choice;
  finish.raw = candidate.finish.empty() ? blocked_ : candidate.finish;
  finish.reason = ir::FinishClass::filter;
  if (blocked_.empty() || !candidate.finish.empty()) finish.reason = settled(finish_class(Format::gemini, finish.raw), candidate.has_calls);
  std::string extra;
  json::Writer writer(extra);
  writer.begin_object();
  for (const auto& [name, raw] : candidate.members) writer.key(name).raw(raw);
  if (!candidate.citations.empty()) {
    writer.key("citationMetadata").begin_object().key(candidate.citations_name).begin_array();
    for (const std::string& raw : candidate.citations) writer.raw(raw);
    writer.end_array().end_object();
  }
  if (!blocked_.empty()) writer.key("promptFeedback").raw(prompt_feedback_);
  writer.end_object();
  if (extra != "{}") finish.extra = std::move(extra);
  out.emplace_back(std::move(finish));
}

void ChunkReader::end(bool whole, ir::Events& out) {
  if (ended_) return;
  bool finished = !blocked_.empty();
  for (const Candidate& candidate : candidates_) finished = finished || !candidate.finish.empty();
  if (!finished && !whole) {
    fail(Error(ErrorKind::upstream_protocol, "The provider's stream ended before its answer was complete."), out);
    return;
  }
  ended_ = true;
  if (candidates_.empty()) candidate_at(0);
  for (Candidate& candidate : candidates_) tell_finish(candidate, out);
  out.emplace_back(ir::End{});
}

void ChunkReader::fail(Error error, ir::Events& out) {
  if (ended_) return;
  ended_ = true;
  out.emplace_back(ir::Failure{std::move(error)});
}

}  // namespace omniroute::codec::gemini
