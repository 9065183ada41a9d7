#include <algorithm>
#include <ctime>

#include "omniroute/json/writer.hpp"
#include "omniroute/routing/trace.hpp"

namespace omniroute::routing {
namespace {

using json::Writer;
using std::chrono::microseconds;
using std::chrono::milliseconds;

std::string iso_time(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(text, length);
  const std::string millis = std::to_string(1000 + unix_ms % 1000);
  return out + "." + millis.substr(1) + "Z";
}

/// What a target is called: as it was asked for where that names a provider, else with its provider's alias.
std::string target_name(const TracedEntry& entry) {
  if (entry.provider.empty() || entry.label.find('/') != std::string::npos) return entry.label;
  return entry.alias + "/" + entry.model;
}

class TraceWriter {
 public:
  TraceWriter(const Trace& trace, const config::Snapshot& config, bool for_owner, std::string& out)
      : trace_(trace), config_(config), for_owner_(for_owner), writer_(out) {}

  void write() {
    writer_.begin_object().key("model").string(trace_.facts.model);
    if (!trace_.combo.empty()) writer_.key("combo").string(trace_.combo);
    writer_.key("strategy").string(trace_.ordering).key("revision").integer(trace_.revision);
    writer_.key("time").string(iso_time(trace_.time_ms));
    if (for_owner_) writer_.key("seed").string(std::to_string(trace_.facts.seed));
    write_facts();
    write_plan();
    write_removed();
    write_bond();
    write_attempts();
    writer_.end_object();
  }

 private:
  void account(const TracedCandidate& candidate) {
    writer_.key("account");
    const domain::Account* known = config_.account(candidate.account);
    if (!for_owner_) {
      writer_.string("#" + std::to_string(candidate.slot + 1));
    } else if (known != nullptr) {
      writer_.string(known->name).key("accountId").string(candidate.account);
    } else {
      writer_.string(candidate.account);
    }
  }

  void target(const TracedEntry& entry) {
    writer_.key("target").string(target_name(entry));
    if (entry.provider.empty()) return;
    writer_.key("provider").string(entry.provider).key("model").string(entry.model);
  }

  void write_facts() {
    const Facts& facts = trace_.facts;
    writer_.key("request").begin_object().key("format").string(domain::to_string(facts.format)).key("stream").boolean(facts.stream);
    writer_.key("bodyBytes").integer(facts.body_bytes);
    if (facts.tokens) writer_.key("estimatedTokens").integer(*facts.tokens);
    if (facts.media) {
      writer_.key("images").boolean(facts.media->images).key("audio").boolean(facts.media->audio);
      writer_.key("documents").boolean(facts.media->documents).key("tools").boolean(facts.media->tools);
    }
    writer_.end_object();
  }

  void write_plan() {
    std::vector<const TracedCandidate*> order;
    for (const TracedCandidate& candidate : trace_.candidates)
      if (candidate.place > 0) order.push_back(&candidate);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->place < b->place; });
    writer_.key("plan").begin_array();
    for (const TracedCandidate* candidate : order) {
      const TracedEntry& entry = trace_.entries[candidate->entry];
      writer_.begin_object();
      target(entry);
      account(*candidate);
      writer_.key("score").number(entry.score);
      if (candidate->score != 0) writer_.key("accountScore").number(candidate->score);
      if (candidate->suspect) writer_.key("suspect").boolean(true);
      if (candidate->bonded) writer_.key("conversation").boolean(true);
      write_reading(candidate->reading);
      writer_.end_object();
    }
    writer_.end_array();
  }

  void write_reading(const resilience::AccountReading& reading) {
    writer_.key("seen").begin_object().key("inFlight").integer(reading.in_flight).key("failures").integer(reading.failures);
    if (reading.first_token_ms > 0) writer_.key("firstTokenMs").integer(static_cast<std::int64_t>(reading.first_token_ms));
    if (reading.quota_used >= 0) writer_.key("quotaUsed").number(reading.quota_used);
    writer_.end_object();
  }

  void write_removed() {
    writer_.key("removed").begin_array();
    for (std::size_t i = 0; i < trace_.entries.size(); ++i) {
      const TracedEntry& entry = trace_.entries[i];
      for (const TracedCandidate& candidate : trace_.candidates) {
        if (candidate.entry != i || candidate.filter == Filter::none || candidate.filter == entry.filter) continue;
        Ruling ruling;
        ruling.filter = candidate.filter;
        ruling.back_in = candidate.back_in;
        ruling.for_good = candidate.for_good;
        ruling.cause = candidate.filter == Filter::model_cooling ? candidate.reading.model_reason : candidate.reading.account_reason;
        ruling.window = candidate.reading.spent;
        writer_.begin_object();
        target(entry);
        account(candidate);
        write_ruling(ruling);
      }
      if (entry.filter == Filter::none) continue;
      Ruling ruling;
      ruling.filter = entry.filter;
      ruling.seen = entry.seen;
      ruling.bound = entry.bound;
      ruling.back_in = entry.back_in;
      ruling.note = entry.note;
      ruling.account = entry.account;
      writer_.begin_object();
      target(entry);
      write_ruling(ruling);
    }
    writer_.end_array();
  }

  void write_ruling(const Ruling& ruling) {
    writer_.key("filter").string(to_string(ruling.filter)).key("reason").string(reason(ruling));
    if (ruling.seen != 0 || ruling.bound != 0) writer_.key("seen").number(ruling.seen).key("bound").number(ruling.bound);
    if (ruling.back_in && ruling.back_in->count() > 0) writer_.key("retryInMs").integer(ruling.back_in->count());
    writer_.end_object();
  }

  void write_bond() {
    if (!trace_.facts.affinity || trace_.facts.affinity->source == AffinitySource::none) return;
    constexpr std::array<std::string_view, 4> kinds{"none", "new", "kept", "left"};
    const BondOutcome& outcome = trace_.bond_outcome;
    writer_.key("affinity").begin_object().key("key").string(to_string(trace_.facts.affinity->source));
    writer_.key("outcome").string(kinds[static_cast<std::size_t>(outcome.kind)]);
    if (trace_.bond) {
      writer_.key("target").string(trace_.bond->provider + "/" + trace_.bond->model);
      writer_.key("cachedTokens").integer(outcome.cached_tokens).key("costOfLeavingUsd").number(outcome.cost);
    }
    writer_.end_object();
  }

  void write_attempts() {
    writer_.key("attempts").begin_array();
    for (const AttemptRecord& attempt : trace_.attempts) {
      writer_.begin_object();
      if (attempt.candidate < trace_.candidates.size()) {
        const TracedCandidate& candidate = trace_.candidates[attempt.candidate];
        target(trace_.entries[candidate.entry]);
        account(candidate);
      }
      write_attempt(attempt);
      writer_.end_object();
    }
    writer_.end_array();
  }

  void write_attempt(const AttemptRecord& attempt) {
    const auto ms = [](microseconds time) { return static_cast<double>(time.count()) / 1000; };
    writer_.key("outcome").string(attempt.ok ? "ok" : to_string(attempt.kind));
    if (attempt.skipped) writer_.key("skipped").boolean(true);
    if (attempt.status != 0) writer_.key("status").integer(attempt.status);
    writer_.key("startedMs").number(ms(attempt.began)).key("queuedMs").number(ms(attempt.queued));
    if (attempt.head) writer_.key("headMs").number(ms(*attempt.head));
    if (attempt.first_content) writer_.key("firstContentMs").number(ms(*attempt.first_content));
    writer_.key("totalMs").number(ms(attempt.took));
    for (const auto& [name, set] :
         {std::pair<std::string_view, bool>("probe", attempt.probe), {"retry", attempt.retry}, {"hedge", attempt.hedge}})
      if (set) writer_.key(name).boolean(true);
    if (attempt.ok) return;
    writer_.key("rule").string(attempt.row).key("next").string(to_string(attempt.next));
    if (attempt.cooldown.count() > 0)
      writer_.key("cooldownMs").integer(attempt.cooldown.count()).key("scope").string(to_string(attempt.scope));
    writer_.key("message").string(attempt.message);
  }

  const Trace& trace_;
  const config::Snapshot& config_;
  const bool for_owner_;
  Writer writer_;
};

}  // namespace

std::string trace_json(const Trace& trace, const config::Snapshot& config, bool for_owner) {
  std::string out;
  TraceWriter(trace, config, for_owner, out).write();
  return out;
}

std::string short_route(const Plan& plan, const std::vector<AttemptRecord>& attempts) {
  constexpr std::size_t longest = 600;
  std::string text;
  const auto add = [&text](std::string_view part) {
    // It stands in a header: whatever is not plain is left out.
    for (const char c : part)
      if (c > 0x20 && c < 0x7f && c != ';') text += c;
  };
  if (!plan.combo.empty()) {
    add(plan.combo);
    text += "; ";
  }
  for (const AttemptRecord& attempt : attempts) {
    if (text.size() > longest) break;
    const Entry& entry = plan.entries[plan.candidates[attempt.candidate].entry];
    add(entry.provider->alias);
    text += '/';
    add(entry.model);
    text += '#' + std::to_string(plan.candidates[attempt.candidate].slot + 1) + ' ';
    text += attempt.ok ? "ok" : to_string(attempt.kind);
    text += "; ";
  }
  if (text.ends_with("; ")) text.resize(text.size() - 2);
  return text;
}

}  // namespace omniroute::routing
