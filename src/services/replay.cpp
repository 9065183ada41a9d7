#include "omniroute/services/replay.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "omniroute/config/routing_rows.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/routing/replay.hpp"
#include "omniroute/store/router_state.hpp"

namespace omniroute::services {
namespace {

using config::RoutingRows;
using json::At;

/// So many at a time: the reader's other guests come between.
constexpr int page = 5'000;

void take(const store::StoredTrace& stored, const config::Snapshot& config, std::size_t most_changes, ReplayReport& report) {
  const Result<routing::Trace> trace = routing::decode_trace(stored.data);
  if (!trace) {
    ++report.unreadable;
    return;
  }
  ++report.decisions;
  routing::Replayed replayed = routing::replay(*trace, config);
  if (replayed.before == replayed.after) {
    if (replayed.order_changed) ++report.reordered;
    return;
  }
  ++report.changed;
  ++report.ways[{replayed.before, replayed.after}];
  if (report.changes.size() < most_changes)
    report.changes.push_back(
        {stored.request_id, stored.time_ms, trace->facts.model, std::move(replayed.before), std::move(replayed.after)});
}

/// Every element of a list, read by `read`, in place of what was there.
template <class T, class Read>
Status replace_list(const At& at, std::vector<T>& into, Read&& read) {
  if (!at.value().is(json::Kind::array)) return at.error("must be a list");
  into.clear();
  std::size_t index = 0;
  for (auto each = at.value().begin(); each != at.value().end(); ++each, ++index) {
    auto row = read(At(at, *each, index));
    if (!row) return std::move(row).error();
    into.push_back(*std::move(row));
  }
  return {};
}

Status read_combos(const At& at, RoutingRows& rows) {
  Status read = replace_list(at, rows.combos, [](const At& each) { return config::read_combo(each); });
  for (domain::Combo& combo : rows.combos)
    if (combo.id.empty()) combo.id = combo.name;
  return read;
}

Status read_aliases(const At& at, RoutingRows& rows) {
  if (!at.value().is(json::Kind::object)) return at.error("must be an object");
  rows.aliases.clear();
  for (auto each = at.value().begin(); each != at.value().end(); ++each) {
    Result<std::string> target = At(at, *each, each.key()).required_text();
    if (!target) return std::move(target).error();
    rows.aliases.push_back({std::string(each.key()), *std::move(target)});
  }
  return {};
}

Status read_wildcards(const At& at, RoutingRows& rows) {
  return replace_list(at, rows.wildcards, [](const At& each) -> Result<domain::Wildcard> {
    Result<std::string> pattern = At(each, "pattern").required_text();
    if (!pattern) return std::move(pattern).error();
    Result<std::string> target = At(each, "target").required_text();
    if (!target) return std::move(target).error();
    return domain::Wildcard{*std::move(pattern), *std::move(target)};
  });
}

Status read_models(const At& at, RoutingRows& rows) {
  return replace_list(at, rows.custom_models, [](const At& each) { return config::read_custom_model(each); });
}

Status read_chains(const At& at, RoutingRows& rows) {
  if (!at.value().is(json::Kind::object)) return at.error("must be an object");
  rows.chains.clear();
  for (auto each = at.value().begin(); each != at.value().end(); ++each) {
    Result<std::vector<domain::FallbackChain::Link>> links = config::read_chain_links(At(at, *each, each.key()));
    if (!links) return std::move(links).error();
    rows.chains.push_back({std::string(each.key()), *std::move(links)});
  }
  return {};
}

Status read_config(const At& at, domain::ComboConfig& into) {
  Result<domain::ComboConfig> config = config::read_combo_config(at);
  if (!config) return std::move(config).error();
  into = *std::move(config);
  return {};
}

Status read_overrides(const At& at, RoutingRows& rows) {
  if (!at.value().is(json::Kind::object)) return at.error("must be an object");
  rows.provider_overrides.clear();
  for (auto each = at.value().begin(); each != at.value().end(); ++each)
    if (Status read = read_config(At(at, *each, each.key()), rows.provider_overrides[std::string(each.key())]); !read) return read;
  return {};
}

Status read_settings(const At& at, config::Settings& settings) {
  if (!at.value().is(json::Kind::object)) return at.error("must be an object");
  for (auto each = at.value().begin(); each != at.value().end(); ++each) {
    if (config::find_setting(each.key()) == nullptr) return At(at, *each, each.key()).error("is no setting");
    if (Status set = config::set_from_json(settings, each.key(), (*each).raw()); !set) return set;
  }
  return {};
}

struct Member {
  std::string_view name;
  Status (*read)(const At&, RoutingRows&, config::Settings&);
};
constexpr std::array members{
    Member{"combos", [](const At& at, RoutingRows& rows, config::Settings&) { return read_combos(at, rows); }},
    Member{"aliases", [](const At& at, RoutingRows& rows, config::Settings&) { return read_aliases(at, rows); }},
    Member{"wildcardAliases", [](const At& at, RoutingRows& rows, config::Settings&) { return read_wildcards(at, rows); }},
    Member{"customModels", [](const At& at, RoutingRows& rows, config::Settings&) { return read_models(at, rows); }},
    Member{"chains", [](const At& at, RoutingRows& rows, config::Settings&) { return read_chains(at, rows); }},
    Member{"comboDefaults", [](const At& at, RoutingRows& rows, config::Settings&) { return read_config(at, rows.defaults); }},
    Member{"auto", [](const At& at, RoutingRows& rows, config::Settings&) { return read_config(at, rows.automatic); }},
    Member{"providerOverrides", [](const At& at, RoutingRows& rows, config::Settings&) { return read_overrides(at, rows); }},
    Member{"settings", [](const At& at, RoutingRows&, config::Settings& settings) { return read_settings(at, settings); }},
};

}  // namespace

Task<Result<ReplayReport>> replay_decisions(store::Database& database, std::shared_ptr<const config::Snapshot> config,
                                            std::int64_t since_ms, std::size_t most_changes) {
  store::Traces traces(database);
  const auto report = std::make_shared<ReplayReport>();
  const std::function<void(const store::StoredTrace&)> look = [config, report, most_changes](const store::StoredTrace& stored) {
    take(stored, *config, most_changes, *report);
  };
  std::int64_t last = 0;
  do {
    Result<std::int64_t> next = co_await traces.visit(last, since_ms, page, look);
    if (!next) co_return std::move(next).error();
    last = *next;
  } while (last != 0);
  co_return std::move(*report);
}

Result<std::shared_ptr<const config::Snapshot>> proposed_config(const config::Snapshot& present, std::string_view json) {
  json::Document document;
  if (Status parsed = document.parse(json); !parsed) return std::move(parsed).error();
  const At root(document.root());
  if (!root.value().is(json::Kind::object)) return Error(ErrorKind::bad_request, "The configuration must be a JSON object.");
  RoutingRows rows = present.routing().rows();
  config::Settings settings = present.settings();
  for (auto each = root.value().begin(); each != root.value().end(); ++each) {
    const auto member = std::find_if(members.begin(), members.end(), [&each](const Member& m) { return m.name == each.key(); });
    const At at(root, *each, each.key());
    if (member == members.end()) return at.error("is not known here");
    if (Status read = member->read(at, rows, settings); !read) return std::move(read).error();
  }
  return present.with(std::move(rows), std::move(settings));
}

}  // namespace omniroute::services
