#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "omniroute/config/snapshot.hpp"
#include "omniroute/crypto/foreign_field.hpp"
#include "omniroute/services/foreign.hpp"

namespace omniroute::services {

/// One object for a section of the configuration file (gateway_file.hpp).
struct ForeignEntry {
  const char* section;
  std::string name;
  std::string json;
};

/// Puts a document of read_foreign() into the words of the configuration file. Nothing here decides whether an object is good: the file's
/// own reader and the editor do. Lives for one document; all arguments outlive it.
class ForeignMap {
 public:
  using Json = nlohmann::ordered_json;

  ForeignMap(const Json& document, const config::Snapshot& snapshot, const std::optional<crypto::ForeignFields>& fields)
      : document_(document), snapshot_(snapshot), fields_(fields) {}

  /// Reads the document; the members below are what came of it. Error: bad_request for an encryption key that opens nothing.
  Status read();

  std::vector<ForeignEntry> entries;
  References references;
  std::vector<ForeignNote> notes;

 private:
  [[nodiscard]] const Json& list(const char* name) const;
  [[nodiscard]] const Json& map(const char* name) const;
  void add(const char* section, std::string name, const Json& json);
  void lose(std::string kind, std::string name, std::string code, std::string words);
  /// What a provider's or node's id is called here; nothing if nobody knows it.
  [[nodiscard]] std::optional<std::string> provider_of(const std::string& id) const;
  /// A reference that the planner resolves to this secret.
  Json secret(std::string text);

  void nodes();
  void connections();
  void connection(const Json& row);
  /// The connection's key in the clear; empty if it cannot be had, which is noted.
  std::string key_of(const Json& row, const std::string& name);
  void proxies();
  void models();
  void aliases();
  void combos();
  void chains();
  void keys();
  void prices();
  void hidden();
  void settings();
  void history();

  const Json& document_;
  const config::Snapshot& snapshot_;
  const std::optional<crypto::ForeignFields>& fields_;
  std::map<std::string, std::string> prefixes_;  // of the document's nodes, by id
  std::map<std::string, std::string> proxies_;   // URLs, by connection id
  std::set<std::string> connection_names_;
  std::set<std::string> key_names_;
  std::size_t sealed_ = 0;
  std::size_t opened_ = 0;
};

}  // namespace omniroute::services
