#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace omniroute {

/// A string that must not be seen: it has no formatter and no stream operator, so that logging one does not
/// compile, and its bytes are overwritten when it goes or is moved away. `reveal()` marks the few places that may look.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept { *this = std::move(other); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  /// At most the last four characters behind dots, for people: "…abcd". Shorter than twelve characters: only dots.
  [[nodiscard]] std::string hint() const;

 private:
  void wipe() noexcept;
  std::string text_;
};

}  // namespace omniroute
