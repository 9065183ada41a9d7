#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace omniroute::routing {

/// Writes numbers in seven-bit groups, and texts that are met again as a number. Nothing is complete before finish().
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) { words_.reserve(32); }
  void number(std::uint64_t value) {
    while (value >= 0x80U) {
      byte(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  void integer(std::int64_t value) { number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U)); }
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    char bytes[sizeof bits];
    std::memcpy(bytes, &bits, sizeof bits);
    append({bytes, sizeof bytes});
  }
  void byte(std::uint8_t value) {
    if (used_ == near_.size()) finish();
    near_[used_++] = static_cast<char>(value);
  }
  void text(std::string_view text) {
    number(text.size());
    append(text);
  }
  /// A text that may come again; `text` must live as long as the writer.
  void word(std::string_view text) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] == text) return number(i + 1);
    }
    number(0);
    this->text(text);
    words_.push_back(text);
  }
  void finish() {
    out_.append(near_.data(), used_);
    used_ = 0;
  }

 private:
  void append(std::string_view bytes) {
    if (bytes.size() > near_.size() - used_) finish();
    if (bytes.size() > near_.size()) {
      out_.append(bytes);
      return;
    }
    std::memcpy(near_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }

  std::string& out_;
  std::array<char, 512> near_;  // most records fit, and a byte into a string costs a call
  std::size_t used_ = 0;
  std::vector<std::string_view> words_;
};

/// Reads what ByteWriter wrote. After a wrong byte everything is empty and good() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto next = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
      if ((next & 0x80U) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::int64_t integer() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  double real() {
    std::uint64_t bits = 0;
    if (bytes_.size() < sizeof bits) {
      good_ = false;
      return 0;
    }
    std::memcpy(&bits, bytes_.data(), sizeof bits);
    bytes_.remove_prefix(sizeof bits);
    return std::bit_cast<double>(bits);
  }
  std::uint8_t byte() {
    if (bytes_.empty()) {
      good_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view found = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return found;
  }
  std::string_view word() {
    const std::uint64_t index = number();
    if (index == 0) {
      words_.push_back(text());
      return words_.back();
    }
    if (index > words_.size()) {
      good_ = false;
      return {};
    }
    return words_[index - 1];
  }
  /// The length of a list whose elements have a byte at least.
  std::size_t count() {
    const std::uint64_t count = number();
    if (count > bytes_.size()) good_ = false;
    return good_ ? count : 0;
  }
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  std::string_view bytes_;
  std::vector<std::string_view> words_;
  bool good_ = true;
};

}  // namespace omniroute::routing
