#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli_table.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/services/cli_tools.hpp"
#include "toml_text.hpp"

namespace omniroute::services {

/// What the texts of a tool say at present.
struct CliFacts {
  std::string base;    ///< the address in our place; empty = there is none
  std::string chosen;  ///< where the tool knows several providers: the word that chooses one
  bool chosen_ours = true;
  std::string key;
  std::map<std::string, std::string> models;  ///< by slot
};

/// The texts of a tool's files, in memory: read, changed as the table says, read again.
class CliTexts {
 public:
  /// One text a file of the tool; nothing = the file is not there. Error (conflict): the number of the file is in `bad`.
  static Result<CliTexts> read(const CliTool& tool, const std::vector<std::optional<std::string>>& texts, std::size_t& bad);

  [[nodiscard]] CliFacts facts() const;
  /// Writes the choice. Error (conflict): what stands there does not fit; the number of the file is in `bad`.
  Status put(const CliChoice& choice, std::size_t& bad);
  /// Takes away what is ours.
  void take_away();

  /// Whether the file is written at all.
  [[nodiscard]] bool used(std::size_t file) const noexcept { return texts_[file].has_value(); }
  [[nodiscard]] const std::string& text(std::size_t file) const;

 private:
  using Text = std::variant<JsonText, TomlText>;
  explicit CliTexts(const CliTool& tool) : tool_(&tool) {}
  [[nodiscard]] std::optional<std::string> text_at(std::size_t file, const TextPath& path) const;
  [[nodiscard]] bool has(std::size_t file, const TextPath& path) const;
  [[nodiscard]] std::optional<TextPath> resolved(const CliLeaf& leaf, const std::string& model, bool make) const;
  [[nodiscard]] std::optional<std::string> our_index(const TextPath& list) const;
  [[nodiscard]] bool same_gateway(std::size_t file, const CliFacts& facts) const;
  Status put_leaf(const CliLeaf& leaf, const CliChoice& choice, const std::string& key);
  Status set(std::size_t file, const TextPath& path, const std::string& json);
  void remove(std::size_t file, const TextPath& path);

  const CliTool* tool_;
  std::vector<std::optional<Text>> texts_;
};

/// "http://host:port" of an address that may end in "/v1" or "/".
std::string origin_of_url(std::string url);

}  // namespace omniroute::services
