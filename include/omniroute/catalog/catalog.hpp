#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/catalog/provider.hpp"

namespace omniroute::catalog {

/// The providers we know by heart, read from the embedded providers.json. Immutable once the program runs.
class Catalog {
 public:
  /// The embedded data. An error means a broken build.
  static Result<Catalog> embedded();
  /// Reads data of the same shape; the error names the entry and the member.
  static Result<Catalog> parse(std::string_view json);

  [[nodiscard]] const std::vector<Provider>& providers() const noexcept { return providers_; }
  /// The day the data speaks of: "2026-02-28". Prices are as of then.
  [[nodiscard]] const std::string& as_of() const noexcept { return as_of_; }
  /// By alias or id; nullptr if there is none. Aliases and ids never collide.
  [[nodiscard]] const Provider* find(std::string_view alias_or_id) const noexcept;
  /// The upstream's present name of a model that used to be called otherwise; the name itself if it is not one of those.
  /// `text` must outlive the answer, as must the catalog.
  [[nodiscard]] std::string_view current_model(std::string_view provider_id, std::string_view model) const noexcept;
  /// Sets the base of the built-in `demo` provider ("http://127.0.0.1:20128/demo/v1"), before the catalog is shared.
  void serve_demo_at(std::string_view base_url);

 private:
  struct TextHash {  // lets views look up without a copy
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  std::string as_of_;
  std::vector<Provider> providers_;
  TextMap<std::size_t> by_name_;
  TextMap<TextMap<std::string>> renamed_;  // provider id -> old name -> present name
};

}  // namespace omniroute::catalog
