#include "shared/reply_writer.hpp"

#include <algorithm>

#include "shared/finish.hpp"
#include "shared/ids.hpp"

namespace omniroute::codec {
namespace {

using Kind = ir::PartOpen::Kind;

// Surrogates in three-byte form: ED A0..AF xx is a high half, ED B0..BF xx a low one.
bool is_half(std::string_view bytes, unsigned char low, unsigned char high) noexcept {
  if (bytes.size() < 3 || static_cast<unsigned char>(bytes[0]) != 0xed) return false;
  const auto second = static_cast<unsigned char>(bytes[1]);
  return second >= low && second <= high;
}
bool ends_in_high_half(std::string_view text) noexcept { return text.size() >= 3 && is_half(text.substr(text.size() - 3), 0xa0, 0xaf); }
bool starts_with_low_half(std::string_view text) noexcept { return is_half(text, 0xb0, 0xbf); }

unsigned half_of(std::string_view bytes) noexcept {
  return (static_cast<unsigned char>(bytes[1]) & 0x3fu) << 6 | (static_cast<unsigned char>(bytes[2]) & 0x3fu);
}

// Two halves as one character of four bytes.
void append_joined(std::string_view high, std::string_view low, std::string& out) {
  const unsigned point = 0x10000u + ((half_of(high) & 0x3ffu) << 10) + (half_of(low) & 0x3ffu);
  for (const unsigned byte : {0xf0u | point >> 18, 0x80u | (point >> 12 & 0x3fu), 0x80u | (point >> 6 & 0x3fu), 0x80u | (point & 0x3fu)})
    out.push_back(static_cast<char>(byte));
}

bool lazy(Kind kind) noexcept { return kind == Kind::text || kind == Kind::reasoning || kind == Kind::refusal; }

}  // namespace

/// What is known of one part, and what of it waits.
struct ReplyWriter::Part {
  OpenPart head;
  bool opened = false;   // written
  bool closed = false;   // the reader closed it
  bool written = false;  // closed in the output as well
  std::string half;      // a high surrogate that waits for its low half
  std::unique_ptr<InputUnwrapper> unwrapper;
  // Waiting for its turn in line.
  std::string held_text;
  std::vector<ir::Opaque> held_opaque;
  std::vector<ir::PartNote> held_notes;
};

ReplyWriter::ReplyWriter(const ReplyContext& context, Order order) : context_(context), order_(order) {}
ReplyWriter::~ReplyWriter() = default;

void ReplyWriter::encode_event(const ir::Event& event, std::string& out) {
  if (ended_) return;
  if (const auto* more = std::get_if<ir::PartDelta>(&event)) return take_delta(more->part, more->text, out);
  if (const auto* begun = std::get_if<ir::Start>(&event)) return take_start(*begun);
  if (const auto* opened = std::get_if<ir::PartOpen>(&event)) return take_open(*opened, out);
  if (const auto* closed = std::get_if<ir::PartClose>(&event)) return take_close(closed->part, out);
  if (const auto* counts = std::get_if<ir::Usage>(&event)) return usage_.merge(*counts);
  if (const auto* finished = std::get_if<ir::Finish>(&event)) return take_finish(*finished);
  if (const auto* failed = std::get_if<ir::Failure>(&event)) return end_with(failed->error, out);
  if (std::holds_alternative<ir::End>(event)) return take_end(out);
  if (std::holds_alternative<ir::Restart>(event)) return take_restart(out);
  if (std::holds_alternative<ir::Ping>(event)) {
    if (begun_) ping(out);
    return;
  }
  if (const auto* bytes = std::get_if<ir::PartOpaque>(&event)) {
    Part* part = find(bytes->part);
    if (part == nullptr) return;
    // A signature alone does not make a text.
    const Kind kind = part->head.open.kind;
    const bool waits = !part->opened && (kind == Kind::text || kind == Kind::refusal) && !signs_empty_text();
    if (!waits && ready(*part, out)) {
      opaque(part->head, bytes->opaque, out);
    } else {
      part->held_opaque.push_back(bytes->opaque);
    }
  } else if (const auto* remark = std::get_if<ir::PartNote>(&event)) {
    Part* part = find(remark->part);
    if (part == nullptr) return;
    if (ready(*part, out)) {
      note(part->head, *remark, out);
    } else {
      part->held_notes.push_back(*remark);
    }
  }
}

void ReplyWriter::take_start(const ir::Start& begun) {
  if (!start_.id.empty() || begun_) return;
  start_ = begun;
}

void ReplyWriter::begin_once(std::string& out) {
  if (begun_) return;
  begun_ = true;
  settle_start();
  begin(out);
}

void ReplyWriter::settle_start() {
  made_id_ = start_.id.empty();
  if (start_.id.empty()) start_.id = context_.fallback_id;
  if (start_.model.empty()) start_.model = context_.model;
  if (start_.created == 0) start_.created = context_.created;
}

ReplyWriter::Part* ReplyWriter::find(std::uint32_t number) noexcept {
  if (number >= parts_.size() || parts_[number] == nullptr || parts_[number]->closed) return nullptr;
  return parts_[number].get();
}

// The client's own words for what the request writer had to rename or wrap.
void ReplyWriter::restore(ir::PartOpen& opened, Part& part) {
  if (opened.kind != Kind::tool_call) return;
  ir::ToolCall& call = opened.call;
  if (context_.request != nullptr) {
    const ir::ChatRequest& request = *context_.request;
    const bool schema = request.output.kind == ir::OutputFormat::Kind::schema;
    if (schema && call.name == output_tool_name(request)) {
      opened.kind = Kind::text;
      return;
    }
    if (const ir::Tool* tool = find_tool(request, call.name)) {
      if (tool->custom && !call.custom) part.unwrapper = std::make_unique<InputUnwrapper>();
      call.custom = call.custom || tool->custom;
      call.name = tool->name;
      if (call.name_space.empty()) call.name_space = tool->name_space;
      if (call.native.empty()) call.native = tool->native;
    }
  }
  if (call.id.empty()) {
    const std::string& seed = start_.id.empty() ? context_.fallback_id : start_.id;
    call.id = made_call_id(seed, opened.choice, opened.part);
  }
}

void ReplyWriter::take_open(const ir::PartOpen& opened, std::string& out) {
  if (opened.part >= parts_.size()) parts_.resize(opened.part + 1);
  if (parts_[opened.part] != nullptr) return;
  parts_[opened.part] = std::make_unique<Part>();
  Part& part = *parts_[opened.part];
  part.head.open = opened;
  restore(part.head.open, part);
  const Kind kind = part.head.open.kind;
  // Text beside a forced output tool is not the output.
  if (context_.output_as_tool && opened.kind == Kind::text) {
    part.closed = true;
    part.written = true;
    return;
  }
  if (kind == Kind::tool_call) {
    if (opened.choice >= calls_.size()) calls_.resize(opened.choice + 1);
    part.head.call = calls_[opened.choice]++;
  }
  if (!lazy(kind) || keeps_empty(part.head.open)) ready(part, out);
}

// Makes the part the one that is written, if it may be; opens it on the way.
bool ReplyWriter::ready(Part& part, std::string& out) {
  if (part.opened) return true;
  if (order_ == Order::one_at_a_time) {
    if (current_) return false;
    current_ = part.head.open.part;
  }
  begin_once(out);
  part.opened = true;
  part.head.number = written_++;
  open(part.head, out);
  return true;
}

void ReplyWriter::take_delta(std::uint32_t number, std::string_view text, std::string& out) {
  Part* part = find(number);
  if (part == nullptr || text.empty()) return;
  if (part->half.empty() && part->unwrapper == nullptr && !ends_in_high_half(text)) return put_delta(*part, text, out);
  joined_.clear();
  if (part->unwrapper != nullptr) {
    joined_.append(part->half);
    part->half.clear();
    part->unwrapper->take(text, joined_);
  } else if (!part->half.empty()) {
    const bool pair = starts_with_low_half(text);
    if (pair) {
      append_joined(part->half, text, joined_);
    } else {
      joined_.append(part->half);
    }
    joined_.append(text.substr(pair ? 3 : 0));
    part->half.clear();
  } else {
    joined_.append(text);
  }
  if (ends_in_high_half(joined_)) {
    part->half.assign(joined_, joined_.size() - 3, 3);
    joined_.resize(joined_.size() - 3);
  }
  if (!joined_.empty()) put_delta(*part, joined_, out);
}

void ReplyWriter::put_delta(Part& part, std::string_view text, std::string& out) {
  if (ready(part, out)) {
    delta(part.head, text, out);
  } else {
    part.held_text.append(text);
  }
}

void ReplyWriter::take_close(std::uint32_t number, std::string& out) {
  Part* part = find(number);
  if (part == nullptr) return;
  if (!part->half.empty()) put_delta(*part, std::exchange(part->half, {}), out);
  part->closed = true;
  if (part->opened) {
    for (const ir::Opaque& bytes : part->held_opaque) opaque(part->head, bytes, out);
    close_part(*part, out);
    next_in_line(out);
  }
}

void ReplyWriter::close_part(Part& part, std::string& out) {
  part.written = true;
  close(part.head, out);
  if (current_ == part.head.open.part) current_.reset();
}

// Writes what waited while another part was open: in order of opening, until one is met that is still open.
void ReplyWriter::next_in_line(std::string& out) {
  if (order_ != Order::one_at_a_time) return;
  for (const std::unique_ptr<Part>& each : parts_) {
    if (current_) return;
    if (each == nullptr || each->written || each->opened) continue;
    Part& part = *each;
    const bool is_signed = !part.held_opaque.empty() && (part.head.open.kind == Kind::reasoning || signs_empty_text());
    if (lazy(part.head.open.kind) && part.held_text.empty() && !is_signed && !keeps_empty(part.head.open)) continue;
    ready(part, out);
    for (const ir::PartNote& remark : part.held_notes) note(part.head, remark, out);
    if (!part.held_text.empty()) delta(part.head, part.held_text, out);
    for (const ir::Opaque& bytes : part.held_opaque) opaque(part.head, bytes, out);
    part.held_text = {};
    part.held_opaque.clear();
    part.held_notes.clear();
    if (part.closed) close_part(part, out);
  }
}

void ReplyWriter::take_finish(const ir::Finish& finished) {
  for (ir::Finish& known : finishes_)
    if (known.choice == finished.choice) {
      known = finished;  // said twice: the last one counts
      return;
    }
  finishes_.push_back(finished);
}

void ReplyWriter::take_end(std::string& out) {
  if (finishes_.empty()) return end_with({ErrorKind::upstream_protocol, "The provider's answer ended without saying why."}, out);
  begin_once(out);
  for (std::size_t n = 0; n < parts_.size(); ++n)
    if (parts_[n] != nullptr && !parts_[n]->closed) take_close(static_cast<std::uint32_t>(n), out);
  for (ir::Finish& finished : finishes_) {
    // The reader has settled the class by what it read; a call that was only a way to ask for output is none.
    const bool has_calls = finished.choice < calls_.size() && calls_[finished.choice] > 0;
    if (!has_calls) finished.reason = settled(finished.reason, false);
  }
  finish(finishes_, usage_, out);
  ended_ = true;
}

void ReplyWriter::take_restart(std::string& out) {
  if (begun_) return end_with({ErrorKind::upstream_protocol, "The provider began its answer anew after part of it was sent."}, out);
  start_ = {};
  parts_.clear();
  calls_.clear();
  finishes_.clear();
  usage_ = {};
  current_.reset();
}

void ReplyWriter::end_with(const Error& error, std::string& out) {
  if (!begun_) settle_start();
  fail(error, out);
  ended_ = true;
}

namespace {

/// Collects instead of writing.
class Folder final : public ReplyWriter {
 public:
  explicit Folder(const ReplyContext& context) : ReplyWriter(context, Order::as_it_comes) {}
  FoldedReply take() {
    reply_.usage = usage();
    return std::move(reply_);
  }

 private:
  FoldedPart& at(const OpenPart& part) { return reply_.parts[part.number]; }
  void begin(std::string& /*out*/) override {
    reply_.start = start();
    reply_.made_id = made_id();
  }
  void open(const OpenPart& part, std::string& /*out*/) override { reply_.parts.push_back({part, {}, {}, {}}); }
  void delta(const OpenPart& part, std::string_view text, std::string& /*out*/) override { at(part).text.append(text); }
  void opaque(const OpenPart& part, const ir::Opaque& bytes, std::string& /*out*/) override { at(part).opaque.push_back(bytes); }
  void note(const OpenPart& part, const ir::PartNote& remark, std::string& /*out*/) override { at(part).notes.push_back(remark); }
  void close(const OpenPart& /*part*/, std::string& /*out*/) override {}
  void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& /*usage*/, std::string& /*out*/) override {
    reply_.finishes = finishes;
  }
  void fail(const Error& error, std::string& /*out*/) override { reply_.failure = error; }
  void ping(std::string& /*out*/) override {}

  FoldedReply reply_;
};

}  // namespace

FoldedReply fold(const ir::Events& reply, const ReplyContext& context) {
  Folder folder(context);
  std::string nothing;
  // Only what follows the last Restart counts.
  const auto last =
      std::find_if(reply.rbegin(), reply.rend(), [](const ir::Event& event) { return std::holds_alternative<ir::Restart>(event); });
  for (auto it = last.base(); it != reply.end(); ++it) folder.encode_event(*it, nothing);
  return folder.take();
}

std::string output_tool_name(const ir::ChatRequest& request) {
  std::string name = request.output.name.empty() ? "json_output" : legal_form(request.output.name, chat_tool_name);
  const auto taken = [&name](const ir::Tool& tool) { return tool.name == name; };
  while (std::any_of(request.tools.begin(), request.tools.end(), taken)) name = legal_form(name + "_output", chat_tool_name);
  return name;
}

bool output_as_tool(const ir::ChatRequest& request, Format target_format, const Target& target) noexcept {
  return target_format == Format::anthropic && !target.output_format && request.output.kind == ir::OutputFormat::Kind::schema;
}

}  // namespace omniroute::codec
