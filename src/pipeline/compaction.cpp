#include "compaction.hpp"

#include <algorithm>
#include <array>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "open.hpp"

namespace omniroute::pipeline {
namespace {

using json::Value;

/// Both item types begin so; what lacks it holds neither.
constexpr std::string_view sign = "\"compaction";
/// Begins the `encrypted_content` of an item of ours; the summary follows as base64url.
constexpr std::string_view mark = "omnic1.";

constexpr std::string_view wish =
    "This conversation is about to be shortened. Write a summary that lets another model go on with the work without having seen it. Say "
    "what "
    "the user wants and has decided, what was done and found (files, commands, results, exact names and values), what is still open, and "
    "what the next step is. Write the summary only, and call no tool.";
constexpr std::string_view opening = "Summary of the conversation so far:\n\n";

/// Members that only the one answer needed, or that would keep the model from writing plain text.
constexpr std::array<std::string_view, 8> left_out{"input", "stream",     "stream_options", "store",
                                                   "text",  "background", "truncation",     "tool_choice"};

bool is_left_out(std::string_view member) { return std::find(left_out.begin(), left_out.end(), member) != left_out.end(); }

bool holds_sign(const Exchange& x) {
  return x.format == domain::Format::openai_responses && x.request.body.find(sign) != std::string::npos;
}

void write_user_text(json::Writer& writer, std::string_view before, std::string_view text) {
  std::string whole(before);
  whole += text;
  writer.begin_object().key("type").string("message").key("role").string("user");
  writer.key("content").begin_array().begin_object().key("type").string("input_text").key("text").string(whole);
  writer.end_object().end_array().end_object();
}

bool is_trigger(Value item) { return item.find("type").text() == "compaction_trigger"; }
bool is_ours(Value item) { return item.find("type").text() == "compaction" && item.find("encrypted_content").text().starts_with(mark); }

Status write_restored(Value input, json::Writer& writer) {
  std::size_t index = 0;
  writer.begin_array();
  for (auto it = input.begin(); it != input.end(); ++it, ++index) {
    if (!is_ours(*it)) {
      writer.raw((*it).raw());
      continue;
    }
    const auto summary = crypto::from_base64url((*it).find("encrypted_content").text().substr(mark.size()));
    if (!summary || !json::valid_utf8(*summary)) {
      const std::string field = "input[" + std::to_string(index) + "].encrypted_content";
      return Error(ErrorKind::bad_request, field + ": this compaction item is damaged; it must come back as it was given.", field);
    }
    write_user_text(writer, opening, *summary);
  }
  writer.end_array();
  return {};
}

/// The text of an answer's messages.
std::string text_of(Value response) {
  std::string text;
  const Value output = response.find("output");
  for (auto item = output.begin(); item != output.end(); ++item) {
    if ((*item).find("type").text() != "message") continue;
    const Value content = (*item).find("content");
    for (auto part = content.begin(); part != content.end(); ++part) text += (*part).find("text").text();
  }
  return text;
}

std::string compaction_item(std::string_view summary) {
  const crypto::Sha256 digest = crypto::sha256(summary);
  std::string item;
  json::Writer writer(item);
  writer.begin_object().key("type").string("compaction").key("id").string("cmp_" + crypto::to_hex(std::span(digest).first(16)));
  writer.key("encrypted_content").string(std::string(mark) + crypto::to_base64url(crypto::bytes_of(summary))).end_object();
  return item;
}

/// The response object with another output and, while it is under way, another status.
std::string response_with(Value response, std::string_view output, std::string_view status) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (auto it = response.begin(); it != response.end(); ++it) {
    if (it.key() == "output") {
      writer.key("output").raw(output);
    } else if (it.key() == "status") {
      writer.key("status").string(status);
    } else if (it.key() == "usage" && status != "completed") {
      writer.key("usage").null();
    } else if (it.key() == "incomplete_details") {
      writer.key("incomplete_details").null();
    } else {
      writer.key(it.key()).raw((*it).raw());
    }
  }
  writer.end_object();
  return out;
}

std::string compaction_object(Value response, std::string_view item) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").raw(response.find("id").raw()).key("object").string("response.compaction");
  writer.key("created_at").raw(response.find("created_at").raw());
  writer.key("output").begin_array().raw(item).end_array().key("usage").raw(response.find("usage").raw()).end_object();
  return out;
}

/// The events of a response whose only output is `item`.
std::string events_of(Value response, std::string_view item) {
  std::string out;
  int number = 0;
  const auto event = [&out, &number](std::string_view type, std::string_view member, std::string_view value, bool indexed) {
    out.append("event: ").append(type).append("\ndata: ");
    json::Writer writer(out);
    writer.begin_object().key("type").string(type).key("sequence_number").integer(number++);
    if (indexed) writer.key("output_index").integer(0);
    std::string compact;  // one line of a stream
    json::append_compact(value, compact);
    writer.key(member).raw(compact).end_object();
    out += "\n\n";
  };
  const std::string begun = response_with(response, "[]", "in_progress");
  event("response.created", "response", begun, false);
  event("response.in_progress", "response", begun, false);
  event("response.output_item.added", "item", item, true);
  event("response.output_item.done", "item", item, true);
  event("response.completed", "response", response_with(response, "[" + std::string(item) + "]", "completed"), false);
  return out;
}

}  // namespace

Compaction compaction_asked(const Exchange& x) {
  if (x.operation == Operation::compact) return Compaction::endpoint;
  if (x.operation != Operation::generate || !holds_sign(x)) return Compaction::none;
  json::Document document;
  if (!document.parse(x.request.body)) return Compaction::none;
  const Value input = document.root().find("input");
  for (auto it = input.begin(); it != input.end(); ++it)
    if (is_trigger(*it)) return Compaction::trigger;
  return Compaction::none;
}

Status restore_summaries(Exchange& x) {
  if (!holds_sign(x) || x.request.body.find(mark) == std::string::npos) return {};
  json::Document document;
  if (!document.parse(x.request.body)) return {};  // the next station says what is wrong with it
  const Value input = document.root().find("input");
  if (!input.is(json::Kind::array)) return {};
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  for (auto it = document.root().begin(); it != document.root().end(); ++it) {
    writer.key(it.key());
    if (it.key() != "input") {
      writer.raw((*it).raw());
    } else if (Status restored = write_restored(input, writer); !restored) {
      return restored;
    }
  }
  writer.end_object();
  x.replace_body(std::move(body));
  return {};
}

ir::Usage usage_of_compaction(std::string_view body) {
  ir::Usage used;
  json::Document document;
  if (!document.parse(body)) return used;
  const Value usage = document.root().find("usage");
  std::int64_t count = 0;
  if (usage.find("input_tokens").integer(count)) used.input = count;
  if (usage.find("output_tokens").integer(count)) used.output = count;
  if (usage.find("input_tokens_details").find("cached_tokens").integer(count)) used.cache_read = count;
  if (usage.find("output_tokens_details").find("reasoning_tokens").integer(count)) used.reasoning = count;
  return used;
}

bool lacks_compaction(const Error& error) noexcept {
  switch (error.upstream_status) {
    case 400:
    case 404:
    case 405:
    case 422:
    case 501: return true;
    default: return false;
  }
}

Status ask_for_summary(Exchange& x) {
  json::Document document;
  if (Status parsed = document.parse(x.request.body); !parsed) return parsed;
  const Value root = document.root();
  const Value input = root.find("input");
  if (!input.is(json::Kind::array) && !input.is(json::Kind::string))
    return Error(ErrorKind::bad_request, "input: must be a text or a list of items", "input");
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  for (auto it = root.begin(); it != root.end(); ++it)
    if (!is_left_out(it.key())) writer.key(it.key()).raw((*it).raw());
  // Calls of the past need their tools' definitions; new calls are not wanted.
  if (root.find("tools").size() > 0) writer.key("tool_choice").string("none");
  writer.key("store").boolean(false).key("stream").boolean(false).key("input").begin_array();
  if (input.is(json::Kind::string)) write_user_text(writer, {}, input.text());
  for (auto it = input.begin(); it != input.end(); ++it)
    if (!is_trigger(*it)) writer.raw((*it).raw());
  write_user_text(writer, {}, wish);
  writer.end_array().end_object();
  x.operation = Operation::generate;
  x.replace_body(std::move(body));
  return open(x);
}

Task<Status> SummaryReply::send(int status, std::span<const http::Header> headers, std::string_view body) {
  if (status != 200) co_return co_await client_.send(status, headers, body);
  json::Document document;
  const Status parsed = document.parse(body);
  std::string summary;
  if (parsed) summary = text_of(document.root());
  if (summary.find_first_not_of(" \t\r\n") == std::string::npos)
    co_return Error(ErrorKind::upstream_failed, "The model wrote no summary to compact the conversation with.");
  const std::string item = compaction_item(summary);
  if (asked_ == Compaction::trigger && stream_) {
    const std::string events = events_of(document.root(), item);
    std::vector<http::Header> own(headers.begin(), headers.end());
    for (http::Header& header : own)
      if (http::same_name(header.name, "content-type")) header.value = "text/event-stream";
    Status begun = co_await client_.begin(200, own);
    if (begun) begun = co_await client_.push(events);
    if (!begun) co_return begun;
    co_return co_await client_.end();
  }
  std::string words;
  if (asked_ == Compaction::endpoint) {
    words = compaction_object(document.root(), item);
  } else {
    words = response_with(document.root(), "[" + item + "]", "completed");
  }
  co_return co_await client_.send(200, headers, words);
}

}  // namespace omniroute::pipeline
