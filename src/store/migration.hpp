#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "connection.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::store {

/// One step forward: what migrations/NNNN_what.sql says. The number is its place in the list, from 1.
struct Migration {
  std::string_view name;
  std::string_view sql;
  Status (*then)(Connection&) = nullptr;  ///< what SQL cannot say of it, in the same transaction
};

/// What a database file should look like.
struct Schema {
  std::int32_t application_id;  ///< stands in the file's header and tells it from other programs' files
  std::span<const Migration> migrations;
};

/// The embedded ones.
Schema storage_schema();
Schema telemetry_schema();

/// Refuses what we must not touch: another program's database, a newer schema, a damaged file (quick_check, which reads the
/// whole file: only up to `check_up_to` bytes). Reads only. Returns the schema's version, 0 for an empty file.
Result<int> inspect(Connection& connection, const Schema& schema, std::int64_t check_up_to);

/// Brings the database from `version` to the newest, each step in a transaction of its own. `before` runs once, before the
/// first step on a database that is not empty; its error stops everything.
Status migrate(Connection& connection, const Schema& schema, int version, const std::function<Status()>& before);

}  // namespace omniroute::store
