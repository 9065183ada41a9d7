#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/secret.hpp"
#include "omniroute/services/gateway_file.hpp"

namespace omniroute::services {

using Json = nlohmann::ordered_json;

/// Whether a text stands for a value that is elsewhere.
bool is_reference(std::string_view text) noexcept;

/// One object of a section, read member by member; what was not asked for at the end is unknown. The first thing that does not fit is the
/// file's failure, with its place.
class Entry {
 public:
  /// All but the path outlive the entry.
  Entry(const Json& json, std::string path, std::string_view yaml, const References& references, std::optional<Error>& failure);

  std::optional<std::string> text(const char* name);
  std::optional<bool> flag(const char* name);
  std::optional<std::int64_t> number(const char* name);
  std::optional<double> real(const char* name);
  std::optional<std::vector<std::string>> texts(const char* name);
  /// US dollars, as billionths.
  std::optional<std::int64_t> money(const char* name);
  /// What a text says, or what it refers to.
  std::optional<Secret> secret(const char* name);
  std::string required(const char* name);
  /// A member that is a list or a map; null if there is none.
  const Json* list(const char* name);
  const Json* map(const char* name);

  void fail(const std::string& name, const std::string& what);
  /// The whole object, for a reader of its own that knows all its members.
  const Json& whole();
  /// Some of its members, for such a reader.
  Json some(std::initializer_list<const char*> names);
  /// What such a reader refused; `error.param` is the way inside this object.
  void refuse(const Error& error);
  /// Whatever nobody asked for is a slip of the pen.
  void end();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  /// The member if it is there, not null, and fits.
  const Json* find(const char* name, const char* what, bool (*fits)(const Json&));

  const Json& json_;
  std::string path_;
  std::string_view yaml_;
  const References& references_;
  std::optional<Error>& failure_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace omniroute::services
