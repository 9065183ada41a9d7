#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/editor.hpp"
#include "omniroute/services/gateway_file.hpp"

/// The configuration of related gateways, taken over: the original OmniRoute (storage.sqlite) and 9router (db.json).
namespace omniroute::services {

/// A file of one of them as one JSON document in 9router's members: an SQLite file is put into them, JSON is taken as it is. `from` is
/// "omniroute" or "9router". Errors, one sentence each: bad_request, not_found, conflict, too_large.
Result<std::string> read_foreign(std::string_view from, const std::string& path);

/// Something of it, and what became of it.
struct ForeignNote {
  std::string kind;   ///< "connection", "key", "setting", "usage" …
  std::string name;   ///< "groq/main"
  std::string code;   ///< "unknown_provider" …; empty where something of this configuration's own refused it
  std::string words;  ///< one sentence
  bool lost = true;   ///< was not carried over; otherwise something to know
};

struct ForeignImport {
  std::vector<FileStep> steps;  ///< what is (or would be) made here
  std::vector<ForeignNote> notes;
  std::vector<config::NewKey> keys;
};

struct ForeignSource {
  std::string from;
  std::string document;   ///< of read_foreign()
  Secret encryption_key;  ///< the original's STORAGE_ENCRYPTION_KEY; may be empty
};

/// Takes over what fits, in one commit, or with `dry_run` only finds out. What is here already under the same name stays as it is. Errors:
/// bad_request for a document that is none of theirs, or a wrong encryption key.
Task<Result<ForeignImport>> import_foreign(const ForeignSource& source, const config::Snapshot& snapshot,
                                           const config::HiddenModels& hidden, config::Editor& editor, bool dry_run);

}  // namespace omniroute::services
