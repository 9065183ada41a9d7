#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace omniroute::http {

/// Bytes read and not yet used. Small while idle; grows only when a head or a full pipe asks for it.
class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t small) : small_(small) {}

  [[nodiscard]] std::string_view view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] char* data() noexcept { return data_.get() + begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Room behind the bytes, at least `least`. Moves what is there to the front, or into more memory.
  std::span<char> space(std::size_t least) {
    if (capacity_ - end_ < least) make_room(least);
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  void consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Takes `count` bytes out, `at` bytes behind the first; what follows moves up.
  void drop(std::size_t at, std::size_t count) noexcept {
    std::memmove(data() + at, data() + at + count, size() - at - count);
    end_ -= count;
  }
  void clear() noexcept { begin_ = end_ = 0; }
  /// Gives back what a large message needed.
  void shrink() {
    if (capacity_ > small_ && size() <= small_) rebuild(small_);
  }

 private:
  void make_room(std::size_t least) {
    const std::size_t needed = size() + least;
    if (needed <= capacity_) {
      std::memmove(data_.get(), data_.get() + begin_, size());
      end_ -= begin_;
      begin_ = 0;
      return;
    }
    rebuild(std::max({needed, capacity_ * 2, small_}));
  }
  void rebuild(std::size_t capacity) {
    auto fresh = std::make_unique_for_overwrite<char[]>(capacity);
    if (!empty()) std::memcpy(fresh.get(), data(), size());
    end_ = size();
    begin_ = 0;
    data_ = std::move(fresh);
    capacity_ = capacity;
  }

  std::size_t small_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace omniroute::http
