#include "omniroute/base/secret.hpp"

#include <cstring>

namespace omniroute {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_.swap(other.text_);
    other.wipe();  // a short text is copied by a swap
  }
  return *this;
}

std::string Secret::hint() const {
  constexpr std::size_t shown = 4;
  constexpr std::size_t least_length = 12;  // of shorter ones the tail would give too much away
  return text_.size() < least_length ? std::string("…") : "…" + text_.substr(text_.size() - shown);
}

void Secret::wipe() noexcept {
  text_.resize(text_.capacity());  // allocates nothing; what an earlier, longer text left behind goes, too
  // explicit_bzero is the one clearing that an optimiser may not leave out (glibc >= 2.25).
  explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace omniroute
