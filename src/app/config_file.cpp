#include "config_file.hpp"

#include <sys/stat.h>

#include <fstream>
#include <future>
#include <iterator>

#include "omniroute/base/log.hpp"
#include "omniroute/services/gateway_file.hpp"

namespace omniroute::app {
namespace {

Task<void> apply_changes(config::Editor editor, std::vector<config::Change> changes, Result<config::BatchResult>& outcome) {
  outcome = co_await editor.apply(std::move(changes), false);
}

Task<void> read_hidden(store::Database& database, Result<config::HiddenModels>& hidden) {
  hidden = co_await config::HiddenModels::read(database);
}

Task<void> read_hidden_and_tell(store::Database& database, std::promise<Result<config::HiddenModels>>& done) {
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(database);
  done.set_value(std::move(hidden));
}

/// The models that lists leave out, whether the workers run already or not.
Result<config::HiddenModels> hidden_models(Wiring& wiring, bool started) {
  Result<config::HiddenModels> hidden = config::HiddenModels();
  store::Database& database = wiring.services().database;
  if (!started) {
    wiring.run(read_hidden(database, hidden));
    return hidden;
  }
  std::promise<Result<config::HiddenModels>> done;
  wiring.workers().front()->spawn("read hidden models", read_hidden_and_tell(database, done));
  return done.get_future().get();
}

Task<void> apply_and_tell(config::Editor editor, std::vector<config::Change> changes, std::promise<Result<config::BatchResult>>& done) {
  Result<config::BatchResult> outcome = co_await editor.apply(std::move(changes), false);
  done.set_value(std::move(outcome));
}

}  // namespace

std::int64_t ConfigFile::stamp() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) return 0;
  return info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
}

bool ConfigFile::changed() const {
  const std::int64_t now = stamp();
  return given() && now != 0 && now != applied_stamp_;
}

Status ConfigFile::apply(Wiring& wiring, bool started) {
  applied_stamp_ = stamp();
  std::ifstream file(path_, std::ios::binary);
  if (!file) return Error(ErrorKind::not_found, "The configuration file " + path_ + " cannot be read.");
  const std::string yaml((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto named = [this](Error error) {
    error.message = path_ + ": " + error.message;
    return error;
  };
  Result<services::References> references = services::resolve_references(yaml, environment_);
  if (!references) return named(std::move(references).error());
  Result<config::HiddenModels> hidden = hidden_models(wiring, started);
  if (!hidden) return named(std::move(hidden).error());
  Result<std::vector<services::FileStep>> steps = services::plan_gateway(yaml, *wiring.config(), *hidden, false, *references);
  if (!steps) return named(std::move(steps).error());
  std::vector<config::Change> changes;
  for (services::FileStep& step : *steps) changes.push_back(std::move(step.change));
  if (changes.empty()) return {};
  config::Actor actor;
  actor.name = "file " + path_;
  config::Editor editor = wiring.services().editor.as(std::move(actor));
  Result<config::BatchResult> outcome = config::BatchResult();
  if (started) {
    std::promise<Result<config::BatchResult>> done;
    wiring.workers().front()->spawn("apply configuration file", apply_and_tell(std::move(editor), std::move(changes), done));
    outcome = done.get_future().get();
  } else {
    wiring.run(apply_changes(std::move(editor), std::move(changes), outcome));
  }
  if (!outcome) return named(std::move(outcome).error());
  log::info("configuration file applied: path={} changes={} new_keys={}", path_, steps->size(), outcome->keys.size());
  return {};
}

}  // namespace omniroute::app
