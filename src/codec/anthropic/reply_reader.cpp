#include "anthropic/reply_reader.hpp"

#include <utility>

#include "omniroute/json/writer.hpp"
#include "shared/carrier.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::anthropic {
namespace {

using json::Kind;
using json::Value;
using Part = ir::PartOpen::Kind;

std::string_view text_of(Value value) { return value.is(Kind::string) ? value.text() : std::string_view(); }

ir::Opaque own_opaque(std::string_view kind, std::string_view bytes) {
  return {ir::Format::anthropic, std::string(kind), std::string(bytes)};
}

std::string compact_members(Value block, std::string_view known) {
  const std::string members = members_except(block, known);
  std::string out;
  json::append_compact(members, out);
  return out;
}

}  // namespace

void ReplyReader::take(std::string_view type, Value event, ir::Events& out) {
  if (ended_) return;
  if (type == "content_block_delta") {
    take_delta(event.find("delta"), out);
  } else if (type == "content_block_start") {
    std::int64_t index = 0;
    event.find("index").integer(index);
    open_block(index, event.find("content_block"), out);
  } else if (type == "content_block_stop") {
    close_block(out);
  } else if (type == "message_start") {
    begin(event.find("message"), out);
  } else if (type == "message_delta") {
    if (event.find("usage").is(Kind::object)) {
      usage_.take(event.find("usage"));
      out.push_back(usage_.total());
    }
    take_end(event.find("delta"));
  } else if (type == "message_stop") {
    end(out);
  } else if (type == "ping") {
    out.push_back(ir::Ping{});
  } else if (type == "error" || (type.empty() && is_error(event))) {
    ended_ = true;
    out.push_back(ir::Failure{read_error(0, event)});
  }
}

void ReplyReader::begin(Value message, ir::Events& out) {
  if (started_) {  // the upstream tried again within one answer
    out.push_back(ir::Restart{});
    *this = ReplyReader();
  }
  started_ = true;
  ir::Start start;
  start.id = text_of(message.find("id"));
  start.model = text_of(message.find("model"));
  out.push_back(std::move(start));
  if (message.find("usage").is(Kind::object)) {
    usage_.take(message.find("usage"));
    out.push_back(usage_.total());
  }
  const Value content = message.find("content");
  std::int64_t index = 0;
  for (auto it = content.begin(); it != content.end(); ++it) {
    open_block(index++, *it, out);
    close_block(out);
  }
  take_end(message);
}

void ReplyReader::take_message(Value message, ir::Events& out) {
  begin(message, out);
  end(out);
}

void ReplyReader::open_part(ir::PartOpen open, ir::Events& out) {
  open.part = parts_++;
  open.kind = block_->kind;
  block_->part = open.part;
  out.push_back(std::move(open));
}

void ReplyReader::open_block(std::int64_t index, Value block, ir::Events& out) {
  close_block(out);
  if (!block.is(Kind::object)) return;
  const std::string_view type = text_of(block.find("type"));
  block_ = Block();
  block_->index = index;
  ir::PartOpen open;
  if (type == "text") {
    open_part(std::move(open), out);
    const Value citations = block.find("citations");
    for (auto it = citations.begin(); it != citations.end(); ++it) take_citation(*it, out);
    say(text_of(block.find("text")), out);
  } else if (type == "thinking") {
    block_->kind = Part::reasoning;
    open_part(std::move(open), out);
    say(text_of(block.find("thinking")), out);
    block_->signature = text_of(block.find("signature"));
  } else if (type == "redacted_thinking") {
    block_->kind = Part::reasoning;
    open_part(std::move(open), out);
    out.push_back(ir::PartOpaque{block_->part, own_opaque("redacted", text_of(block.find("data")))});
  } else if (type == "tool_use") {
    block_->kind = Part::tool_call;
    // What a program of the vendor's calls is over once that program's result is in the answer.
    const std::string_view program = text_of(block.find("caller").find("tool_id"));
    if (program.empty()) {
      any_call_ = true;
    } else {
      waiting_program_ = program;
    }
    open.call.id = text_of(block.find("id"));
    open.call.name = text_of(block.find("name"));
    open.call.extra = compact_members(block, "type id name input");
    const Value input = block.find("input");
    if (input.is(Kind::object) && input.size() > 0) block_->start_input = input.raw();
    open_part(std::move(open), out);
  } else {
    block_->kind = Part::foreign;
    if (!waiting_program_.empty() && text_of(block.find("tool_use_id")) == waiting_program_) waiting_program_.clear();
    block_->foreign_type = type;
    block_->foreign = compact(block);
  }
}

void ReplyReader::say(std::string_view text, ir::Events& out) {
  if (!text.empty()) out.push_back(ir::PartDelta{block_->part, std::string(text)});
}

void ReplyReader::take_delta(Value delta, ir::Events& out) {
  if (!block_ || !delta.is(Kind::object)) return;
  const std::string_view type = text_of(delta.find("type"));
  if (block_->kind == Part::foreign) {
    // What vendors' own tools take as input is not a client's call; a compaction's content comes in pieces too.
    for (const std::string_view key : {"partial_json", "content"}) block_->tail.append(text_of(delta.find(key)));
  } else if (type == "text_delta") {
    say(text_of(delta.find("text")), out);
  } else if (type == "input_json_delta") {
    const std::string_view piece = text_of(delta.find("partial_json"));
    block_->any_input = block_->any_input || !piece.empty();
    say(piece, out);
  } else if (type == "thinking_delta") {
    say(text_of(delta.find("thinking")), out);
  } else if (type == "signature_delta") {
    block_->signature.append(text_of(delta.find("signature")));
  } else if (type == "citations_delta") {
    take_citation(delta.find("citation"), out);
  }
}

void ReplyReader::take_citation(Value citation, ir::Events& out) {
  if (!citation.is(Kind::object)) return;
  ir::PartNote note;
  note.part = block_->part;
  note.origin = ir::Format::anthropic;
  note.raw = compact(citation);
  note.url = text_of(citation.find("url"));
  if (note.url.empty()) {
    const std::string_view source = text_of(citation.find("source"));
    if (source.substr(0, 4) == "http") note.url = source;
  }
  note.title = text_of(citation.find("title"));
  note.quote = text_of(citation.find("cited_text"));
  out.push_back(std::move(note));
}

void ReplyReader::close_block(ir::Events& out) {
  if (!block_) return;
  if (block_->kind == Part::foreign) {
    close_foreign(out);
  } else {
    if (block_->kind == Part::tool_call && !block_->any_input && !block_->start_input.empty()) say(block_->start_input, out);
    if (!block_->signature.empty()) {
      auto carried = unwrap_opaque(block_->signature);  // an upstream that is a gateway like this one
      out.push_back(ir::PartOpaque{block_->part, carried ? std::move(carried->opaque) : own_opaque("signature", block_->signature)});
    }
    out.push_back(ir::PartClose{block_->part});
  }
  block_.reset();
}

// A whole block again, its input or content as the deltas gave it.
void ReplyReader::close_foreign(ir::Events& out) {
  ir::Foreign foreign;
  foreign.origin = ir::Format::anthropic;
  foreign.type = block_->foreign_type;
  foreign.raw = block_->foreign;
  json::Document start;
  if (!block_->tail.empty() && start.parse(block_->foreign)) {
    json::Document tail;
    const bool input = !start.root().find("input").absent();
    std::string value;
    if (!input) {
      json::append_string(block_->tail, value);
    } else if (tail.parse(block_->tail)) {
      json::append_compact(tail.root().raw(), value);
    }
    if (!value.empty()) {
      foreign.raw.clear();
      json::Writer whole(foreign.raw);
      whole.begin_object();
      for (auto it = start.root().begin(); it != start.root().end(); ++it)
        whole.key(it.key()).raw(it.key() == (input ? "input" : "content") ? std::string_view(value) : (*it).raw());
      whole.end_object();
    }
  }
  ir::PartOpen open;
  open.foreign = std::move(foreign);
  open_part(std::move(open), out);
  out.push_back(ir::PartClose{block_->part});
}

void ReplyReader::take_end(Value delta) {
  const std::string_view word = text_of(delta.find("stop_reason"));
  if (word.empty()) return;
  ir::Finish finish;
  finish.reason = finish_class(ir::Format::anthropic, word);
  finish.raw = word;
  finish.stop_sequence = text_of(delta.find("stop_sequence"));
  const Value details = delta.find("stop_details");
  finish.origin = Format::anthropic;
  if (!details.absent()) json::Writer(finish.extra).begin_object().key("stop_details").raw(compact(details)).end_object();
  finish_ = std::move(finish);
}

void ReplyReader::end(ir::Events& out) {
  if (std::exchange(ended_, true)) return;
  close_block(out);
  ir::Finish finish;
  finish.reason = ir::FinishClass::other;
  if (finish_) finish = *std::move(finish_);
  finish.origin = ir::Format::anthropic;
  // Nothing but the end was read where an answer passes through: then the word decides.
  if (parts_ > 0) finish.reason = settled(finish.reason, any_call_ || !waiting_program_.empty());
  out.push_back(std::move(finish));
  out.push_back(ir::End{});
}

void ReplyReader::body_ended(ir::Events& out) {
  if (std::exchange(ended_, true)) return;
  out.push_back(ir::Failure{Error(ErrorKind::upstream_protocol, "The provider's answer broke off before its end.")});
}

}  // namespace omniroute::codec::anthropic
