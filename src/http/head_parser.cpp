#include "head_parser.hpp"

#include <cstring>

#include "grammar.hpp"

namespace omniroute::http {
namespace {

constexpr std::uint8_t leading_lines = 1;  // RFC 9112, section 2.2: at least one empty line before a request line
constexpr std::size_t host_most = 255 + 6;

bool same(std::string_view a, std::string_view lower) noexcept {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace

bool sound_authority(std::string_view text) noexcept {
  if (text.empty() || text.size() > host_most) return false;
  std::string_view rest;
  if (text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = text.substr(1, end - 1);
    const auto v6 = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
    if (inside.size() < 2 || inside.size() > 45 || !std::all_of(inside.begin(), inside.end(), v6)) return false;
    if (std::count(inside.begin(), inside.end(), ':') < 2) return false;
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || !all(name, byte_host)) return false;
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (rest.empty()) return true;
  if (rest.front() != ':' || rest.size() > 6) return false;
  unsigned port = 0;
  for (const char c : rest.substr(1)) {
    if (!is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

void HeadParser::reset() noexcept {
  std::vector<Field> memory = std::move(fields_);
  memory.clear();
  *this = HeadParser(role_, *limits_);
  fields_ = std::move(memory);
}

HeadParser::Step HeadParser::fail(int status, std::string_view reason) noexcept {
  failed_ = true;
  fault_.status = status;
  fault_.reason = reason;
  return Step::failed;
}

HeadParser::Piece HeadParser::piece(std::string_view bytes, std::string_view part) const noexcept {
  Piece made;
  made.at = static_cast<std::uint32_t>(part.data() - bytes.data());
  made.size = static_cast<std::uint32_t>(part.size());
  return made;
}

HeadParser::Step HeadParser::parse(std::string_view bytes) {
  if (failed_) return Step::failed;
  for (;;) {
    const void* found = scanned_ < bytes.size() ? std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_) : nullptr;
    if (!found) return partial(bytes) ? Step::more : Step::failed;
    const std::size_t lf = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const std::size_t begin = line_;
    if (lf == begin || bytes[lf - 1] != '\r') return fail(400, "A line ends in LF without CR.");
    if (!started_ && lf - 1 - begin > limits_->request_line) return fail(414, "The request line is too long.");
    if (lf + 1 > limits_->head) return fail(431, "The header is too large.");
    line_ = scanned_ = lf + 1;
    if (lf - 1 > begin) {
      if (!line(bytes, begin, lf - 1)) return Step::failed;
      continue;
    }
    if (started_) return finish(bytes) ? Step::done : Step::failed;
    if (role_ == Role::response || ++leading_ > leading_lines) return fail(400, "The message begins with empty lines.");
  }
}

/// An unfinished line: bounded, and free of what no line may hold, so that garbage needs no deadline to be refused.
bool HeadParser::partial(std::string_view bytes) {
  for (std::size_t i = std::max(scanned_, line_); i < bytes.size(); ++i) {
    if (is(bytes[i], byte_value)) continue;
    if (bytes[i] == '\r' && i + 1 == bytes.size()) break;  // its LF may come yet
    fail(400, bytes[i] == '\r' ? "A CR stands without LF." : "The header holds a control character.");
    return false;
  }
  if (!started_ && role_ == Role::request && line_ < bytes.size() && bytes[line_] != '\r' && !is(bytes[line_], byte_token)) {
    fail(400, "The request does not begin with a method.");
    return false;
  }
  // A CR at the end is looked at again, with what follows it.
  scanned_ = !bytes.empty() && bytes.back() == '\r' ? bytes.size() - 1 : bytes.size();
  if (!started_ && bytes.size() - line_ > limits_->request_line + 1) {
    fail(414, "The request line is too long.");
    return false;
  }
  if (bytes.size() > limits_->head) {
    fail(431, "The header is too large.");
    return false;
  }
  return true;
}

bool HeadParser::line(std::string_view bytes, std::size_t begin, std::size_t end) {
  const std::string_view text = bytes.substr(begin, end - begin);
  if (started_) return field(bytes, text);
  started_ = true;
  return role_ == Role::request ? request_line(bytes, text) : status_line(text);
}

bool HeadParser::version(std::string_view text) {
  if (text == "HTTP/1.1") return true;
  if (text == "HTTP/1.0") {
    minor_ = 0;
    return true;
  }
  const bool formed = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
  fail(formed ? 505 : 400, formed ? "Only HTTP/1.1 and HTTP/1.0 are spoken here." : "The HTTP version is malformed.");
  return false;
}

bool HeadParser::request_line(std::string_view bytes, std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) {
    fail(400, "The request line does not have three parts.");
    return false;
  }
  const std::string_view method = text.substr(0, first);
  const std::string_view target = text.substr(first + 1, second - first - 1);
  if (method.empty() || !all(method, byte_token)) {
    fail(400, "The method is malformed.");
    return false;
  }
  if (target.empty() || !all(target, byte_target)) {
    fail(400, "The request target is malformed.");
    return false;
  }
  if (!version(text.substr(second + 1))) return false;
  method_ = piece(bytes, method);
  target_ = piece(bytes, target);
  if (method == "CONNECT" || method == "TRACE" || method == "TRACK") {
    fail(501, "This method is not supported.");
    return false;
  }
  return request_target(bytes);
}

bool HeadParser::request_target(std::string_view bytes) {
  const std::string_view target = target_.of(bytes);
  if (target.front() == '/') {
    const std::size_t mark = target.find('?');
    path_ = piece(bytes, target.substr(0, mark));
    if (mark != std::string_view::npos) query_ = piece(bytes, target.substr(mark + 1));
    return true;
  }
  if (target == "*" && method_.of(bytes) == "OPTIONS") {
    path_ = target_;
    return true;
  }
  if (same(target.substr(0, 7), "http://")) return absolute_target(bytes, 7);
  if (same(target.substr(0, 8), "https://")) return absolute_target(bytes, 8);
  fail(400, "The request target is in none of the allowed forms.");
  return false;
}

bool HeadParser::absolute_target(std::string_view bytes, std::size_t scheme_size) {
  const std::string_view rest = target_.of(bytes).substr(scheme_size);
  const std::size_t slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  if (!sound_authority(authority)) {
    fail(400, "The host of the request target is malformed.");
    return false;
  }
  authority_ = piece(bytes, authority);
  if (slash == std::string_view::npos) return true;
  const std::string_view tail = rest.substr(slash);
  const std::size_t mark = tail.find('?');
  path_ = piece(bytes, tail.substr(0, mark));
  if (mark != std::string_view::npos) query_ = piece(bytes, tail.substr(mark + 1));
  return true;
}

std::string_view HeadParser::path(std::string_view bytes) const noexcept {
  return path_.size == 0 && authority_.size != 0 ? std::string_view("/") : path_.of(bytes);
}

bool HeadParser::status_line(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !version(text.substr(0, space))) {
    fail(400, "The status line does not begin with HTTP/1.1.");
    return false;
  }
  const std::string_view rest = text.substr(space + 1);
  const bool digits = rest.size() >= 3 && is_digit(rest[0]) && is_digit(rest[1]) && is_digit(rest[2]);
  if (!digits || rest[0] < '1' || rest[0] > '5' || (rest.size() > 3 && rest[3] != ' ') || !is_value(rest)) {
    fail(400, "The status line is malformed.");
    return false;
  }
  status_ = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  return true;
}

bool HeadParser::field(std::string_view bytes, std::string_view text) {
  if (text.front() == ' ' || text.front() == '\t') {
    fail(400, "A header line is folded.");
    return false;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    fail(400, "A header line has no name.");
    return false;
  }
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = text.substr(colon + 1);
  if (!all(name, byte_token)) {
    fail(400, "A header name is malformed.");
    return false;
  }
  if (!is_value(value)) {
    fail(400, "A header value holds a control character.");
    return false;
  }
  if (fields_.size() >= limits_->fields) {
    fail(431, "There are too many header fields.");
    return false;
  }
  const std::string_view trimmed = trim(value);
  Field made;
  made.name = piece(bytes, name);
  made.value = piece(bytes, trimmed);
  if (fields_.empty()) fields_.reserve(16);
  fields_.push_back(made);
  if (same(name, "host")) {
    ++hosts_;
    host_ = made.value;
    return true;
  }
  return known_field(name, trimmed);
}

bool HeadParser::known_field(std::string_view name, std::string_view value) {
  if (same(name, "content-length")) return content_length_field(value);
  if (same(name, "transfer-encoding")) {
    ++encodings_;
    chunked_ = same(value, "chunked");
  } else if (same(name, "connection")) {
    return connection_field(value);
  } else if (same(name, "expect")) {
    (same(value, "100-continue") ? expects_continue_ : expects_other_) = true;
  }
  return true;
}

bool HeadParser::connection_field(std::string_view value) {
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t comma = std::min(value.find(',', begin), value.size());
    const std::string_view option = trim(value.substr(begin, comma - begin));
    if (!all(option, byte_token)) {
      fail(400, "The Connection header is not a list of words.");
      return false;
    }
    close_ = close_ || same(option, "close");
    keep_ = keep_ || same(option, "keep-alive");
    begin = comma + 1;
  }
  return true;
}

bool HeadParser::content_length_field(std::string_view value) {
  if (length_) {
    fail(400, "There is more than one Content-Length.");
    return false;
  }
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) {
    fail(400, "The Content-Length is not a number.");
    return false;
  }
  std::uint64_t length = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (static_cast<std::uint64_t>(INT64_MAX) - digit) / 10) {
      fail(413, "The Content-Length is beyond all bounds.");
      return false;
    }
    length = length * 10 + digit;
  }
  length_ = length;
  return true;
}

bool HeadParser::finish(std::string_view bytes) {
  if (role_ == Role::request) {
    const std::string_view host = host_.of(bytes);
    if (hosts_ > 1 || (hosts_ == 0 && minor_ == 1)) {
      fail(400, "There must be exactly one Host header.");
      return false;
    }
    if (hosts_ == 1 && !sound_authority(host)) {
      fail(400, "The Host header is malformed.");
      return false;
    }
    if (authority_.size != 0 && !same_name(authority_.of(bytes), host)) {
      fail(400, "The request target is for another host: this is not a proxy.");
      return false;
    }
    if (expects_other_) {
      fail(417, "Only the expectation 100-continue is known.");
      return false;
    }
  }
  return finish_framing();
}

bool HeadParser::finish_framing() {
  if (encodings_ > 0) {
    const bool sound = encodings_ == 1 && minor_ == 1 && !length_;
    if (!sound || !chunked_) {
      fail(sound ? 501 : 400, "The only Transfer-Encoding is chunked, in HTTP/1.1, once, and without Content-Length.");
      return false;
    }
    framing_ = Framing::chunked;
  } else if (length_) {
    framing_ = *length_ == 0 ? Framing::none : Framing::length;
  } else {
    framing_ = role_ == Role::request ? Framing::none : Framing::until_close;
  }
  if (role_ == Role::response && (status_ < 200 || status_ == 204 || status_ == 304)) framing_ = Framing::none;
  keep_alive_ = !close_ && (minor_ == 1 || keep_) && framing_ != Framing::until_close;
  expects_continue_ = expects_continue_ && minor_ == 1;
  return true;
}

void HeadParser::views(std::string_view bytes, std::vector<HeaderView>& out) const {
  out.clear();
  out.reserve(fields_.size());
  for (const Field& field : fields_) {
    HeaderView view;
    view.name = field.name.of(bytes);
    view.value = field.value.size == 0 ? bytes.substr(field.name.at, 0) : field.value.of(bytes);
    out.push_back(view);
  }
}

}  // namespace omniroute::http
