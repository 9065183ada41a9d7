#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "omniroute/config/editor.hpp"
#include "omniroute/store/database.hpp"
#include "omniroute/store/repositories.hpp"

namespace omniroute::config {

/// What every change needs. Works run on the writer's thread and hold it by shared pointer.
struct EditorState {
  EditorState(store::Database& its_database, std::shared_ptr<const catalog::Catalog> its_catalog, Publisher& its_publisher,
              Environment its_environment, const Clock& its_clock)
      : database(its_database),
        catalog(std::move(its_catalog)),
        publisher(its_publisher),
        environment(std::move(its_environment)),
        clock(its_clock) {}

  [[nodiscard]] std::int64_t now_ms() const;
  /// Everything a snapshot is built from.
  [[nodiscard]] Result<Rows> read_rows(store::Transaction& transaction) const;
  void publish(Rows rows) const;

  store::Database& database;
  const std::shared_ptr<const catalog::Catalog> catalog;
  Publisher& publisher;
  const Environment environment;
  const Clock& clock;
  Actor actor;
};

using SharedState = std::shared_ptr<const EditorState>;

/// What a change answers with, and the configuration after it.
template <class T>
struct Changed {
  T value;
  Rows rows;
};

/// Writes what differs between two states into the audit log, a row for each object, without secrets.
Status note_changes(const EditorState& state, store::Transaction& transaction, const Rows& before, const Rows& after);

/// The edit between the states before and after it, as one work.
template <class T>
store::Database::Work<Changed<T>> with_rows(SharedState state, store::Database::Work<T> edit) {
  return [state = std::move(state), edit = std::move(edit)](store::Transaction& transaction) -> Result<Changed<T>> {
    Result<Rows> before = state->read_rows(transaction);
    if (!before) return std::move(before).error();
    Result<T> value = edit(transaction);
    if (!value) return std::move(value).error();
    Result<std::int64_t> revision = store::Revision(transaction).advance();
    if (!revision) return std::move(revision).error();
    Result<Rows> rows = state->read_rows(transaction);
    if (!rows) return std::move(rows).error();
    if (Status noted = note_changes(*state, transaction, *before, *rows); !noted) return noted.error();
    return Changed<T>{*std::move(value), *std::move(rows)};
  };
}

/// Checks and writes inside one transaction, then publishes what that transaction saw; an error leaves everything as it was.
template <class T>
Task<Result<T>> change(SharedState state, store::Database::Work<T> edit) {
  store::Database::Work<Changed<T>> work = with_rows<T>(state, std::move(edit));
  Result<Changed<T>> changed = co_await state->database.template write<Changed<T>>(std::move(work));
  if (!changed) co_return std::move(changed).error();
  state->publish(std::move(changed->rows));
  co_return std::move(changed->value);
}

/// The same for changes that answer nothing.
Task<Status> change_only(SharedState state, store::Database::StatusWork edit);

}  // namespace omniroute::config
