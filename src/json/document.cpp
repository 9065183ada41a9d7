#include "omniroute/json/document.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "grammar.hpp"

namespace omniroute::json {

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::number: return "a number";
    case Kind::string: return "a string";
    case Kind::array: return "an array";
    case Kind::object: return "an object";
  }
  return "null";
}

/// Keeps what the grammar reads as nodes.
class NodeSink {
 public:
  explicit NodeSink(std::vector<Document::Node>& nodes) : nodes_(nodes) {}
  // While a container is open, its `next` names the one around it: no stack of their own.
  void open(Kind kind, std::size_t at) {
    const std::uint32_t around = std::exchange(open_, here());
    nodes_.push_back({narrow(at), 0, around, 0, kind, false});
  }
  void close(std::size_t end, std::uint32_t count) {
    Document::Node& node = nodes_[open_];
    open_ = node.next;
    node.end = narrow(end);
    node.next = here();
    node.count = count;
  }
  void key(std::size_t begin, std::size_t end, bool escaped) { scalar(Kind::string, begin, end, escaped); }
  void scalar(Kind kind, std::size_t begin, std::size_t end, bool escaped) {
    nodes_.push_back({narrow(begin), narrow(end), here() + 1, 0, kind, escaped});
  }

 private:
  [[nodiscard]] std::uint32_t here() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }
  static std::uint32_t narrow(std::size_t n) noexcept { return static_cast<std::uint32_t>(n); }
  std::vector<Document::Node>& nodes_;
  std::uint32_t open_ = 0;
};

Status Document::parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  decoded_.clear();
  constexpr std::size_t bytes_a_node = 8;  // of the small texts that are most of what is read; long ones hold long strings
  nodes_.reserve(std::min<std::size_t>(text.size() / bytes_a_node, 256));
  NodeSink sink(nodes_);
  Status status = Grammar<NodeSink>(text, sink).run();
  if (!status) nodes_.clear();
  return status;
}

std::string_view Document::decoded(const Node& node) const {
  const std::string_view inside = text_.substr(node.begin + 1, node.end - node.begin - 2);
  if (!node.escaped) return inside;
  std::string& out = decoded_.emplace_back();
  append_unescaped(inside, out);
  return out;
}

Kind Value::kind() const noexcept { return document_->nodes_[index_].kind; }

std::string_view Value::raw() const noexcept {
  if (document_ == nullptr) return {};
  const Document::Node& node = document_->nodes_[index_];
  return document_->text_.substr(node.begin, node.end - node.begin);
}

std::string_view Value::text() const { return is(Kind::string) ? document_->decoded(document_->nodes_[index_]) : std::string_view(); }

bool Value::boolean() const noexcept { return is(Kind::boolean) && raw() == "true"; }

bool Value::integer(std::int64_t& out) const noexcept {
  if (!is(Kind::number)) return false;
  const std::string_view digits = raw();
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (failure == std::errc() && end == digits.data() + digits.size()) return true;
  // 1.0 and 1e3 are integers too, as far as a double counts exactly
  constexpr double largest = 9007199254740992.0;  // 2^53
  double real = 0;
  if (!number(real) || !(real >= -largest && real <= largest) || real != static_cast<double>(static_cast<std::int64_t>(real))) return false;
  out = static_cast<std::int64_t>(real);
  return true;
}

bool Value::number(double& out) const noexcept {
  if (!is(Kind::number)) return false;
  const std::string_view digits = raw();
  return std::from_chars(digits.data(), digits.data() + digits.size(), out).ec == std::errc();
}

std::size_t Value::size() const noexcept { return document_ == nullptr ? 0 : document_->nodes_[index_].count; }

Value Value::find(std::string_view wanted) const {
  Value found;
  if (!is(Kind::object)) return found;
  const std::vector<Document::Node>& nodes = document_->nodes_;
  const std::uint32_t end = nodes[index_].next;
  for (std::uint32_t at = index_ + 1; at < end; at = nodes[at + 1].next) {
    const Document::Node& name = nodes[at];
    // The length alone rules out most; a name with escapes is longer as written than it means.
    if (!name.escaped && name.end - name.begin != wanted.size() + 2) continue;
    if (document_->decoded(name) == wanted) found = Value(document_, at + 1);
  }
  return found;
}

Value::Iterator Value::begin() const noexcept {
  const bool container = is(Kind::array) || is(Kind::object);
  return {document_, container ? index_ + 1 : 0, is(Kind::object)};
}

Value::Iterator Value::end() const noexcept {
  const bool container = is(Kind::array) || is(Kind::object);
  return {document_, container ? document_->nodes_[index_].next : 0, is(Kind::object)};
}

Value Value::Iterator::operator*() const noexcept { return {document_, members_ ? at_ + 1 : at_}; }

std::string_view Value::Iterator::key() const { return members_ ? document_->decoded(document_->nodes_[at_]) : std::string_view(); }

Value::Iterator& Value::Iterator::operator++() noexcept {
  if (members_) ++at_;
  at_ = document_->nodes_[at_].next;
  return *this;
}

namespace {

/// Keeps nothing but the extent of the top-level members that were asked for.
class MemberSink {
 public:
  MemberSink(std::string_view text, std::span<Member> wanted) : text_(text), wanted_(wanted) {}
  void open(Kind kind, std::size_t at) {
    if (depth_ == 0) root_is_object_ = kind == Kind::object;
    if (depth_++ == 1) begin_ = at;
  }
  void close(std::size_t end, std::uint32_t /*count*/) {
    if (--depth_ == 1) take(begin_, end);
  }
  void key(std::size_t begin, std::size_t end, bool escaped) {
    if (depth_ != 1) return;
    current_ = nullptr;
    std::string_view name = text_.substr(begin + 1, end - begin - 2);
    std::string decoded;
    if (escaped) {
      append_unescaped(name, decoded);
      name = decoded;
    }
    for (Member& member : wanted_)
      if (member.key == name) current_ = &member;
  }
  void scalar(Kind /*kind*/, std::size_t begin, std::size_t end, bool /*escaped*/) {
    if (depth_ == 1) take(begin, end);
  }
  [[nodiscard]] bool root_is_object() const noexcept { return root_is_object_; }

 private:
  void take(std::size_t begin, std::size_t end) {
    if (current_ == nullptr) return;
    current_->value = text_.substr(begin, end - begin);
    ++current_->seen;
    current_ = nullptr;
  }
  std::string_view text_;
  std::span<Member> wanted_;
  Member* current_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t begin_ = 0;
  bool root_is_object_ = false;
};

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c - 'A' + 10;
}

std::uint32_t code_unit(std::string_view four) noexcept {
  std::uint32_t unit = 0;
  for (const char c : four) unit = unit * 16 + static_cast<std::uint32_t>(hex_digit(c));
  return unit;
}

void append_code_point(std::uint32_t point, std::string& out) {
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | (point >> 6));
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | (point >> 12));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | (point >> 18));
    push(0x80 | ((point >> 12) & 0x3f));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  }
}

}  // namespace

Status scan(std::string_view text, std::span<Member> wanted) {
  MemberSink sink(text, wanted);
  Status status = Grammar<MemberSink>(text, sink).run();
  if (status && !sink.root_is_object()) return Error(ErrorKind::bad_request, "The body must be a JSON object.");
  return status;
}

void append_unescaped(std::string_view literal, std::string& out) {
  std::size_t at = 0;
  while (at < literal.size()) {
    const std::size_t slash = literal.find('\\', at);
    if (slash == std::string_view::npos) {
      out.append(literal.substr(at));
      return;
    }
    out.append(literal.substr(at, slash - at));
    const char kind = literal[slash + 1];
    at = slash + 2;
    switch (kind) {
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': {
        std::uint32_t point = code_unit(literal.substr(at, 4));
        at += 4;
        const bool pair = point >= 0xd800 && point <= 0xdbff && at + 6 <= literal.size() && literal[at] == '\\' && literal[at + 1] == 'u';
        if (pair) {
          const std::uint32_t low = code_unit(literal.substr(at + 2, 4));
          if (low >= 0xdc00 && low <= 0xdfff) {
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
          }
        }
        append_code_point(point, out);
        break;
      }
      default: out.push_back(kind); break;
    }
  }
}

}  // namespace omniroute::json
