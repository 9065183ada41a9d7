#include "openai_chat/reply_reader.hpp"

#include <algorithm>
#include <utility>

#include "omniroute/json/writer.hpp"
#include "shared/errors.hpp"
#include "shared/finish.hpp"
#include "shared/media.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::chat {
namespace {

using json::Kind;
using json::Value;
using Part = ir::PartOpen::Kind;

std::string_view text_of(Value value) { return value.is(Kind::string) ? value.text() : std::string_view(); }

// Text of a string, or of a list of {type: text, text} (Mistral's thinking).
std::string joined_text(Value value) {
  if (value.is(Kind::string)) return std::string(value.text());
  std::string out;
  for (auto it = value.begin(); it != value.end(); ++it) out.append((*it).is(Kind::string) ? (*it).text() : text_of((*it).find("text")));
  return out;
}

Part kind_of(bool text, bool refusal) { return text ? Part::text : refusal ? Part::refusal : Part::reasoning; }

}  // namespace

void ReplyReader::take(Value root, ir::Events& out) {
  if (ended_ || !root.is(Kind::object)) return;
  // One walk: chunks are many, and each search walks all members.
  Value error, id, model, created, choices, usage, groq;
  for (auto it = root.begin(); it != root.end(); ++it) {
    const std::string_view key = it.key();
    if (key == "choices") {
      choices = *it;
    } else if (key == "id") {
      id = *it;
    } else if (key == "model") {
      model = *it;
    } else if (key == "created") {
      created = *it;
    } else if (key == "usage") {
      usage = *it;
    } else if (key == "error") {
      error = *it;
    } else if (key == "x_groq") {
      groq = *it;
    }
  }
  if (!error.absent()) return fail(read_error(0, root), out);
  if (!started_) {
    started_ = true;
    ir::Start start;
    start.id = text_of(id);
    start.model = text_of(model);
    created.integer(start.created);
    out.push_back(std::move(start));
  }
  for (auto it = choices.begin(); it != choices.end(); ++it) take_choice(*it, out);
  if (!usage.is(Kind::object)) usage = groq.find("usage");
  if (usage.is(Kind::object)) {
    const ir::Usage counts = read_usage(ir::Format::openai_chat, usage);
    if (!counts.empty()) out.push_back(counts);
  }
}

void ReplyReader::fail(Error error, ir::Events& out) {
  if (std::exchange(ended_, true)) return;
  out.push_back(ir::Failure{std::move(error)});
}

ReplyReader::Choice& ReplyReader::choice(std::int64_t number) {
  for (Choice& known : choices_)
    if (known.number == number) return known;
  Choice& made = choices_.emplace_back();
  made.number = static_cast<std::uint32_t>(number);
  return made;
}

void ReplyReader::take_choice(Value value, ir::Events& out) {
  if (!value.is(Kind::object)) return;
  std::int64_t number = 0;
  Value message, whole, finish;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const std::string_view key = it.key();
    if (key == "delta") {
      message = *it;
    } else if (key == "index") {
      (*it).integer(number);
    } else if (key == "finish_reason") {
      finish = *it;
    } else if (key == "message") {
      whole = *it;
    }
  }
  constexpr std::int64_t most_choices = 128;
  Choice& mine = choice(std::clamp<std::int64_t>(number, 0, most_choices));
  if (!message.is(Kind::object)) message = whole;
  if (!mine.finish && message.is(Kind::object)) take_message(mine, message, out);
  take_finish(mine, text_of(finish));
}

void ReplyReader::take_message(Choice& mine, Value message, ir::Events& out) {
  // One walk: a delta has few members, most of them of no interest.
  Value content, calls, old_call, annotations, images, audio;
  std::string_view refusal;
  bool reasons = false;
  for (auto it = message.begin(); it != message.end(); ++it) {
    const Value value = *it;
    if (value.absent()) continue;
    const std::string_view key = it.key();
    if (key == "content") {
      content = value;
    } else if (key == "tool_calls") {
      calls = value;
    } else if (key == "refusal") {
      refusal = text_of(value);
    } else if (key == "function_call") {
      old_call = value;
    } else if (key == "annotations") {
      annotations = value;
    } else if (key == "images") {
      images = value;
    } else if (key == "audio") {
      audio = value;
    } else if (key.substr(0, 9) == "reasoning") {
      reasons = true;
    }
  }
  if (reasons) take_reasoning(mine, message, out);
  if (content) take_content(mine, content, out);
  if (!refusal.empty()) say(mine, &Choice::refusal, refusal, out);
  if (images) take_images(mine, images, out);
  if (annotations) take_notes(mine, annotations, out);
  if (calls) take_calls(mine, calls, out);
  if (old_call) take_old_call(mine, old_call, out);
  if (audio.is(Kind::object)) take_audio(audio);
}

void ReplyReader::take_content(Choice& mine, Value content, ir::Events& out) {
  if (content.is(Kind::string)) return say(mine, &Choice::text, content.text(), out);
  for (auto it = content.begin(); it != content.end(); ++it) {
    const Value part = *it;
    const std::string_view type = text_of(part.find("type"));
    if (type == "thinking") {
      say(mine, &Choice::reasoning, joined_text(part.find("thinking")), out);
    } else if (type == "refusal") {
      say(mine, &Choice::refusal, text_of(part.find("refusal")), out);
    } else {
      say(mine, &Choice::text, part.is(Kind::string) ? part.text() : text_of(part.find("text")), out);
    }
  }
}

// The same thoughts stand under two names behind some providers: the first that is filled counts.
void ReplyReader::take_reasoning(Choice& mine, Value message, ir::Events& out) {
  for (const std::string_view key : {"reasoning_content", "reasoning", "reasoning_text"}) {
    const std::string_view text = text_of(message.find(key));
    if (!text.empty()) return say(mine, &Choice::reasoning, text, out);
  }
  const Value details = message.find("reasoning_details");
  for (auto it = details.begin(); it != details.end(); ++it) {
    std::string_view text = text_of((*it).find("text"));
    if (text.empty()) text = text_of((*it).find("summary"));
    say(mine, &Choice::reasoning, text, out);
  }
}

void ReplyReader::say(Choice& mine, Slot slot, std::string_view text, ir::Events& out) {
  if (text.empty()) return;
  if (!(mine.*slot)) {
    close_texts(mine, slot, out);
    close_whole_calls(mine, out);
    mine.*slot = parts_;
    ir::PartOpen open;
    open.part = parts_++;
    open.kind = kind_of(slot == &Choice::text, slot == &Choice::refusal);
    open.choice = mine.number;
    out.push_back(std::move(open));
    anything_ = true;
  }
  out.push_back(ir::PartDelta{*(mine.*slot), std::string(text)});
}

void ReplyReader::close_texts(Choice& mine, Slot except, ir::Events& out) {
  for (const Slot slot : {&Choice::text, &Choice::reasoning, &Choice::refusal}) {
    if (slot == except || !(mine.*slot)) continue;
    if (slot == &Choice::text) mine.last_text = mine.text;
    out.push_back(ir::PartClose{*(mine.*slot)});
    (mine.*slot).reset();
  }
}

// A call stays open while fragments may still come, which may be until the end: parallel ones interleave. One whose
// arguments are a whole object is closed once something else begins, so that writers in line need not wait.
void ReplyReader::close_whole_calls(Choice& mine, ir::Events& out) {
  for (Call& call : mine.calls) {
    if (!call.opened || call.closed || !call.balance.whole()) continue;
    call.closed = true;
    out.push_back(ir::PartClose{call.part});
  }
}

ReplyReader::Call& ReplyReader::call_for(Choice& mine, Value value) {
  std::int64_t index = 0;
  const bool counted = value.find("index").integer(index);
  const std::string_view id = text_of(value.find("id"));
  if (counted) {
    // Some providers count every call as 0: one with another id and name after a whole one is a new call.
    const auto another = [&](const Call& call) {
      return !id.empty() && !call.id.empty() && id != call.id && call.balance.whole() &&
             !text_of(value.find("function").find("name")).empty();
    };
    for (auto call = mine.calls.rbegin(); call != mine.calls.rend(); ++call) {
      if (call->index != index) continue;
      if (another(*call)) break;
      return *call;
    }
  } else if (!id.empty()) {
    for (Call& call : mine.calls)
      if (call.id == id) return call;
  } else if (!mine.calls.empty() && text_of(value.find("function").find("name")).empty()) {
    return mine.calls.back();  // neither index nor id nor name: goes on with the last one
  }
  Call& made = mine.calls.emplace_back();
  if (counted) made.index = index;
  return made;
}

void ReplyReader::take_calls(Choice& mine, Value calls, ir::Events& out) {
  for (auto it = calls.begin(); it != calls.end(); ++it)
    if ((*it).is(Kind::object)) take_call(mine, *it, out);
}

void ReplyReader::take_call(Choice& mine, Value value, ir::Events& out) {
  Call& call = call_for(mine, value);
  // Some servers send both members, the one that is not meant empty.
  Value custom = value.find("custom");
  if (text_of(custom.find("name")).empty() && value.find("function").is(Kind::object)) custom = Value();
  const Value function = custom.is(Kind::object) ? custom : value.find("function");
  if (call.id.empty()) call.id = text_of(value.find("id"));
  if (call.name.empty()) call.name = text_of(function.find("name"));
  const Value arguments = function.find(custom.is(Kind::object) ? "input" : "arguments");
  const std::string_view text = arguments.is(Kind::string) ? arguments.text() : arguments.absent() ? std::string_view() : arguments.raw();
  feed_call(mine, call, text, custom.is(Kind::object), out);
}

void ReplyReader::take_old_call(Choice& mine, Value value, ir::Events& out) {
  if (!value.is(Kind::object)) return;
  if (mine.calls.empty()) mine.calls.emplace_back();
  Call& call = mine.calls.front();
  if (call.name.empty()) call.name = text_of(value.find("name"));
  feed_call(mine, call, text_of(value.find("arguments")), false, out);
}

void ReplyReader::feed_call(Choice& mine, Call& call, std::string_view arguments, bool custom, ir::Events& out) {
  if (call.closed) return;
  if (!call.opened) {
    // An id that comes late is waited for, but not longer than the first argument.
    call.waiting.append(arguments);
    if (call.name.empty() || (call.id.empty() && call.waiting.empty())) return;
    open_call(mine, call, custom, out);
    return;
  }
  if (arguments.empty()) return;
  call.balance.take(arguments);
  out.push_back(ir::PartDelta{call.part, std::string(arguments)});
}

void ReplyReader::open_call(Choice& mine, Call& call, bool custom, ir::Events& out) {
  close_texts(mine, nullptr, out);
  close_whole_calls(mine, out);
  call.part = parts_++;
  call.opened = true;
  mine.any_call = true;
  anything_ = true;
  ir::PartOpen open;
  open.part = call.part;
  open.kind = Part::tool_call;
  open.choice = mine.number;
  open.call.id = call.id;
  open.call.name = call.name;
  open.call.custom = custom;
  out.push_back(std::move(open));
  if (call.waiting.empty()) return;
  call.balance.take(call.waiting);
  out.push_back(ir::PartDelta{call.part, std::move(call.waiting)});
}

// {type: url_citation, url_citation: {url, title, start_index, end_index}} and others that only this format knows.
void ReplyReader::take_notes(Choice& mine, Value annotations, ir::Events& out) {
  const std::optional<std::uint32_t> part = mine.text ? mine.text : mine.last_text;
  if (!part || !mine.text) return;
  for (auto it = annotations.begin(); it != annotations.end(); ++it) {
    ir::PartNote note;
    note.part = *part;
    note.origin = ir::Format::openai_chat;
    note.raw = compact(*it);
    const Value citation = (*it).find("url_citation");
    note.url = text_of(citation.find("url"));
    note.title = text_of(citation.find("title"));
    std::int64_t at = 0;
    if (citation.find("start_index").integer(at)) note.begin = at;
    if (citation.find("end_index").integer(at)) note.end = at;
    out.push_back(std::move(note));
  }
}

void ReplyReader::take_images(Choice& mine, Value images, ir::Events& out) {
  for (auto it = images.begin(); it != images.end(); ++it) {
    const Value home = (*it).find("image_url");
    const std::string_view url = home.is(Kind::string) ? home.text() : text_of(home.find("url"));
    if (url.empty()) continue;
    close_texts(mine, nullptr, out);
    ir::Media media;
    if (auto data = parse_data_url(url)) {
      media.mime = std::move(data->mime);
      media.data = std::move(data->base64);
    } else {
      media.source = ir::Media::Source::url;
      media.data = url;
    }
    ir::PartOpen open;
    open.part = parts_;
    open.kind = Part::media;
    open.choice = mine.number;
    open.media = std::move(media);
    out.push_back(std::move(open));
    out.push_back(ir::PartClose{parts_++});
    anything_ = true;
  }
}

void ReplyReader::take_audio(Value audio) {
  if (audio_id_.empty()) audio_id_ = text_of(audio.find("id"));
  audio_data_.append(text_of(audio.find("data")));
  audio_transcript_.append(text_of(audio.find("transcript")));
}

void ReplyReader::take_finish(Choice& mine, std::string_view word) {
  if (word.empty()) return;
  ir::Finish finish;
  finish.reason = finish_class(ir::Format::openai_chat, word);
  finish.raw = word;
  finish.choice = mine.number;
  mine.finish = std::move(finish);
}

void ReplyReader::close_all(Choice& mine, ir::Events& out) {
  close_texts(mine, nullptr, out);
  for (Call& call : mine.calls) {
    if (!call.opened && !call.name.empty()) open_call(mine, call, false, out);  // no arguments and no id ever came
    if (call.opened && !std::exchange(call.closed, true)) out.push_back(ir::PartClose{call.part});
  }
}

void ReplyReader::end(ir::Events& out) {
  if (std::exchange(ended_, true)) return;
  if (choices_.empty()) choice(0);
  if (!audio_data_.empty() || !audio_transcript_.empty()) {
    ir::Media media;
    media.kind = ir::Media::Kind::audio;
    media.data = std::move(audio_data_);
    json::Writer(media.extra).begin_object().key("id").string(audio_id_).key("transcript").string(audio_transcript_).end_object();
    ir::PartOpen open;
    open.part = parts_;
    open.kind = Part::media;
    open.media = std::move(media);
    out.push_back(std::move(open));
    out.push_back(ir::PartClose{parts_++});
  }
  for (Choice& mine : choices_) {
    close_all(mine, out);
    // The provider says it is over but not why: the ordinary end.
    ir::Finish finish;
    finish.reason = ir::FinishClass::other;
    if (mine.finish) finish = *std::move(mine.finish);
    finish.choice = mine.number;
    // Where nothing was read but the end (an answer that passes through), the word alone decides.
    if (anything_) finish.reason = settled(finish.reason, mine.any_call);
    out.push_back(std::move(finish));
  }
  out.push_back(ir::End{});
}

void ReplyReader::body_ended(ir::Events& out) {
  if (ended_) return;
  const bool finished = std::any_of(choices_.begin(), choices_.end(), [](const Choice& mine) { return mine.finish.has_value(); });
  if (finished) return end(out);
  fail({ErrorKind::upstream_protocol, "The provider's answer broke off before its end."}, out);
}

}  // namespace omniroute::codec::chat
