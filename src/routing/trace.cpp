#include "omniroute/routing/trace.hpp"

#include <algorithm>
#include <cmath>

#include "trace_bytes.hpp"

namespace omniroute::routing {
namespace {

using resilience::AccountReading;
using resilience::Breakers;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint8_t version = 1;
constexpr std::size_t longest_message = 200;
constexpr std::size_t short_message = 60;  // where there were many attempts
constexpr std::size_t many_attempts = 8;
constexpr std::size_t longest_note = 120;
constexpr std::size_t most_attempts = 32;
constexpr std::int64_t no_time = INT64_MIN;
constexpr std::int64_t never = INT64_MAX;

std::int64_t from_now(Tick then, Tick now) {
  if (then == Tick()) return no_time;
  return then == Tick::max() ? never : duration_cast<milliseconds>(then - now).count();
}

Tick tick_from(std::int64_t ms) {
  if (ms == no_time) return Tick();
  return ms == never ? Tick::max() : Tick() + milliseconds(ms);
}

void write_strings(const std::vector<std::string>& list, ByteWriter& out) {
  out.number(list.size());
  for (const std::string& each : list) out.word(each);
}

std::vector<std::string> read_strings(ByteReader& in) {
  std::vector<std::string> list;
  for (std::size_t left = in.count(); left > 0; --left) list.emplace_back(in.word());
  return list;
}

void write_facts(const Facts& facts, ByteWriter& out) {
  out.word(facts.model);
  write_strings(facts.fallbacks, out);
  const Preference& p = facts.preference;
  const std::uint8_t flags = static_cast<std::uint8_t>(
      (facts.stream ? 1U : 0U) | (facts.tokens ? 2U : 0U) | (facts.media ? 4U : 0U) | (facts.affinity ? 8U : 0U) | (p.empty() ? 0U : 16U) |
      (p.allow_fallbacks ? 32U : 0U) | (p.max_input ? 64U : 0U) | (p.max_output ? 128U : 0U));
  out.byte(flags);
  out.byte(static_cast<std::uint8_t>(facts.format));
  out.word(facts.key_id);
  out.number(facts.seed);
  out.integer(facts.body_bytes);
  if (facts.tokens) out.integer(*facts.tokens);
  if (facts.media) out.byte(facts.media->bits());
  if (facts.affinity) {
    out.byte(static_cast<std::uint8_t>(facts.affinity->source));
    out.number(facts.affinity->key);
    out.byte(facts.affinity->continues ? 1 : 0);
  }
  if (p.empty()) return;
  write_strings(p.order, out);
  write_strings(p.only, out);
  write_strings(p.ignore, out);
  out.byte(static_cast<std::uint8_t>(p.sort));
  if (p.max_input) out.real(*p.max_input);
  if (p.max_output) out.real(*p.max_output);
}

Facts read_facts(ByteReader& in) {
  Facts facts;
  facts.model = in.word();
  facts.fallbacks = read_strings(in);
  const std::uint8_t flags = in.byte();
  facts.stream = (flags & 1U) != 0;
  facts.format = static_cast<domain::Format>(in.byte() & 3U);
  facts.key_id = in.word();
  facts.seed = in.number();
  facts.body_bytes = in.integer();
  if ((flags & 2U) != 0) facts.tokens = in.integer();
  if ((flags & 4U) != 0) facts.media = Media::of(in.byte());
  if ((flags & 8U) != 0) {
    Affinity affinity;
    affinity.source =
        static_cast<AffinitySource>(std::min<std::uint8_t>(in.byte(), static_cast<std::uint8_t>(AffinitySource::first_turns)));
    affinity.key = in.number();
    affinity.continues = in.byte() != 0;
    facts.affinity = affinity;
  }
  if ((flags & 16U) == 0) return facts;
  Preference& p = facts.preference;
  p.allow_fallbacks = (flags & 32U) != 0;
  p.order = read_strings(in);
  p.only = read_strings(in);
  p.ignore = read_strings(in);
  p.sort = static_cast<Preference::Sort>(std::min<std::uint8_t>(in.byte(), 2));
  if ((flags & 64U) != 0) p.max_input = in.real();
  if ((flags & 128U) != 0) p.max_output = in.real();
  return facts;
}

bool blank(const Breakers::View& view) { return view.state == resilience::Breaker::State::closed && view.failures == 0; }

void write_breaker(const Breakers::View& view, Tick now, ByteWriter& out) {
  out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(view.state) | (view.probing ? 4U : 0U)));
  out.integer(view.failures);
  out.integer(from_now(view.retry_at, now));
}

Breakers::View read_breaker(ByteReader& in) {
  Breakers::View view;
  const std::uint8_t state = in.byte();
  view.state = static_cast<resilience::Breaker::State>(std::min<unsigned>(state & 3U, 2U));
  view.probing = (state & 4U) != 0;
  view.failures = static_cast<int>(in.integer());
  view.retry_at = tick_from(in.integer());
  return view;
}

void write_entry(const Entry& entry, Tick now, ByteWriter& out) {
  out.word(entry.label);
  const bool known = entry.provider != nullptr;
  const bool ruled = entry.filter != Filter::none;
  const bool breakers = !blank(entry.provider_breaker) || !blank(entry.target_breaker);
  out.byte(static_cast<std::uint8_t>((known ? 1U : 0U) | (ruled ? 2U : 0U) | (breakers ? 4U : 0U) | (entry.account.empty() ? 0U : 8U) |
                                     (entry.score != 0 ? 16U : 0U)));
  if (known) {
    out.word(entry.provider->id);
    out.word(entry.provider->alias);
    out.word(entry.model);
  }
  if (ruled) {
    out.byte(static_cast<std::uint8_t>(entry.filter));
    out.real(entry.seen);
    out.real(entry.bound);
    out.integer(from_now(entry.retry_at, now));
    out.text(std::string_view(entry.note).substr(0, longest_note));
  }
  if (breakers) {
    write_breaker(entry.provider_breaker, now, out);
    write_breaker(entry.target_breaker, now, out);
  }
  if (!entry.account.empty()) out.word(entry.account);
  if (entry.score != 0) out.real(entry.score);
}

std::optional<milliseconds> back_in(std::int64_t ms) {
  if (ms == no_time || ms == never) return std::nullopt;
  return milliseconds(ms);
}

TracedEntry read_entry(ByteReader& in) {
  TracedEntry entry;
  entry.label = in.word();
  const std::uint8_t flags = in.byte();
  if ((flags & 1U) != 0) {
    entry.provider = in.word();
    entry.alias = in.word();
    entry.model = in.word();
  }
  if ((flags & 2U) != 0) {
    entry.filter = static_cast<Filter>(std::min<std::uint8_t>(in.byte(), static_cast<std::uint8_t>(Filter::budget_spent)));
    entry.seen = in.real();
    entry.bound = in.real();
    entry.back_in = back_in(in.integer());
    entry.note = in.text();
  }
  if ((flags & 4U) != 0) {
    entry.provider_breaker = read_breaker(in);
    entry.target_breaker = read_breaker(in);
  }
  if ((flags & 8U) != 0) entry.account = in.word();
  if ((flags & 16U) != 0) entry.score = in.real();
  return entry;
}

// Which parts of a reading follow.
constexpr unsigned rests = 1;
constexpr unsigned load = 2;
constexpr unsigned history = 4;
constexpr unsigned speed = 8;
constexpr unsigned quota = 16;
constexpr unsigned spent = 32;

void write_reading(const AccountReading& r, const resilience::Now& now, ByteWriter& out) {
  using State = resilience::Cooldown::State;
  const bool has_rests = r.account != State::ready || r.model != State::ready;
  const bool has_load = r.in_flight != 0 || r.failures != 0;
  const bool has_history = r.uses != 0 || r.last_used != Tick();
  out.byte(static_cast<std::uint8_t>((has_rests ? rests : 0U) | (has_load ? load : 0U) | (has_history ? history : 0U) |
                                     (r.first_token_ms > 0 ? speed : 0U) | (r.quota_used >= 0 ? quota : 0U) |
                                     (r.spent.empty() ? 0U : spent)));
  if (has_rests) {
    out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(r.account) | (static_cast<unsigned>(r.model) << 2U)));
    out.byte(static_cast<std::uint8_t>(r.account_reason));
    out.byte(static_cast<std::uint8_t>(r.model_reason));
    out.integer(from_now(r.account_until, now.tick));
    out.integer(from_now(r.model_until, now.tick));
  }
  if (has_load) {
    out.integer(r.in_flight);
    out.integer(r.failures);
  }
  if (has_history) {
    out.number(r.uses);
    out.integer(from_now(r.last_used, now.tick));
  }
  if (r.first_token_ms > 0) out.number(static_cast<std::uint64_t>(r.first_token_ms));
  if (r.quota_used >= 0) out.number(static_cast<std::uint64_t>(std::llround(r.quota_used * 1000)));
  if (r.spent.empty()) return;
  out.word(r.spent);
  out.integer(r.spent_until == WallTime::max() ? never : duration_cast<milliseconds>(r.spent_until - now.wall).count());
}

resilience::FailureClass class_from(std::uint8_t byte) {
  return static_cast<resilience::FailureClass>(std::min<std::uint8_t>(byte, static_cast<std::uint8_t>(resilience::FailureClass::budget)));
}

AccountReading read_reading(ByteReader& in) {
  AccountReading r;
  const std::uint8_t flags = in.byte();
  if ((flags & rests) != 0) {
    const std::uint8_t states = in.byte();
    r.account = static_cast<resilience::Cooldown::State>(states & 3U);
    r.model = static_cast<resilience::Cooldown::State>((states >> 2U) & 3U);
    r.account_reason = class_from(in.byte());
    r.model_reason = class_from(in.byte());
    r.account_until = tick_from(in.integer());
    r.model_until = tick_from(in.integer());
  }
  if ((flags & load) != 0) {
    r.in_flight = static_cast<int>(in.integer());
    r.failures = static_cast<int>(in.integer());
  }
  if ((flags & history) != 0) {
    r.uses = in.number();
    r.last_used = tick_from(in.integer());
  }
  if ((flags & speed) != 0) r.first_token_ms = static_cast<float>(in.number());
  if ((flags & quota) != 0) r.quota_used = static_cast<double>(in.number()) / 1000;
  if ((flags & spent) != 0) {
    r.spent = in.word();
    const std::int64_t until = in.integer();
    r.spent_until = until == never ? WallTime::max() : WallTime(milliseconds(until));
  }
  return r;
}

void write_candidate(const Plan& plan, std::size_t index, std::uint16_t place, const resilience::Now& now, ByteWriter& out) {
  const Candidate& c = plan.candidates[index];
  out.number(c.entry);
  out.number(c.slot);
  out.word(c.account->id);
  const bool ruled = c.filter != Filter::none;
  out.byte(static_cast<std::uint8_t>((ruled ? 1U : 0U) | (c.suspect ? 2U : 0U) | (c.bonded ? 4U : 0U) | (c.score != 0 ? 8U : 0U)));
  if (ruled) {
    out.byte(static_cast<std::uint8_t>(c.filter));
    out.integer(from_now(c.retry_at, now.tick));
  }
  if (c.score != 0) out.real(c.score);
  out.number(place);
  static const AccountReading nothing;
  write_reading(plan.readings.empty() ? nothing : plan.readings[index], now, out);
}

TracedCandidate read_candidate(ByteReader& in) {
  TracedCandidate c;
  c.entry = static_cast<std::uint16_t>(in.number());
  c.slot = static_cast<std::uint16_t>(in.number());
  c.account = in.word();
  const std::uint8_t flags = in.byte();
  c.suspect = (flags & 2U) != 0;
  c.bonded = (flags & 4U) != 0;
  if ((flags & 1U) != 0) {
    c.filter = static_cast<Filter>(std::min<std::uint8_t>(in.byte(), static_cast<std::uint8_t>(Filter::budget_spent)));
    const std::int64_t ms = in.integer();
    c.back_in = back_in(ms);
    c.for_good = ms == never;
  }
  if ((flags & 8U) != 0) c.score = in.real();
  c.place = static_cast<std::uint16_t>(in.number());
  c.reading = read_reading(in);
  return c;
}

void write_attempt(const AttemptRecord& a, std::size_t longest, ByteWriter& out) {
  out.number(a.candidate);
  out.byte(static_cast<std::uint8_t>((a.ok ? 1U : 0U) | (a.probe ? 2U : 0U) | (a.retry ? 4U : 0U) | (a.hedge ? 8U : 0U) |
                                     (a.skipped ? 16U : 0U) | (a.head ? 32U : 0U) | (a.first_content ? 64U : 0U)));
  out.number(static_cast<std::uint64_t>(std::max(0, a.status)));
  out.integer(a.began.count());
  out.integer(a.queued.count());
  out.integer(a.took.count());
  if (a.head) out.integer(a.head->count());
  if (a.first_content) out.integer(a.first_content->count());
  if (a.ok) return;
  out.byte(static_cast<std::uint8_t>(a.kind));
  out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(a.next) | (static_cast<unsigned>(a.scope) << 2U)));
  out.integer(a.cooldown.count());
  out.text(a.row);
  out.text(std::string_view(a.message).substr(0, longest));
}

AttemptRecord read_attempt(ByteReader& in) {
  AttemptRecord a;
  a.candidate = static_cast<std::uint16_t>(in.number());
  const std::uint8_t flags = in.byte();
  a.ok = (flags & 1U) != 0;
  a.probe = (flags & 2U) != 0;
  a.retry = (flags & 4U) != 0;
  a.hedge = (flags & 8U) != 0;
  a.skipped = (flags & 16U) != 0;
  a.status = static_cast<int>(in.number());
  a.began = microseconds(in.integer());
  a.queued = microseconds(in.integer());
  a.took = microseconds(in.integer());
  if ((flags & 32U) != 0) a.head = microseconds(in.integer());
  if ((flags & 64U) != 0) a.first_content = microseconds(in.integer());
  if (a.ok) return a;
  a.kind = class_from(in.byte());
  const std::uint8_t words = in.byte();
  a.next = static_cast<resilience::Next>(words & 3U);
  a.scope = static_cast<resilience::Scope>(std::min<unsigned>((words >> 2U) & 3U, 2U));
  a.cooldown = milliseconds(in.integer());
  a.row = in.text();
  a.message = in.text();
  return a;
}

void write_bond(const Plan& plan, Tick now, ByteWriter& out) {
  out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(plan.bond_outcome.kind) | (plan.bond ? 4U : 0U)));
  if (!plan.bond) return;
  out.word(plan.bond->provider);
  out.word(plan.bond->model);
  out.word(plan.bond->account);
  out.integer(plan.bond->cached_tokens);
  out.integer(from_now(plan.bond->used, now));
  out.real(plan.bond_outcome.cost);
}

void read_bond(ByteReader& in, Trace& trace) {
  const std::uint8_t flags = in.byte();
  trace.bond_outcome.kind = static_cast<BondOutcome::Kind>(flags & 3U);
  if ((flags & 4U) == 0) return;
  resilience::Bond bond;
  bond.provider = in.word();
  bond.model = in.word();
  bond.account = in.word();
  bond.cached_tokens = in.integer();
  bond.used = tick_from(in.integer());
  trace.bond_outcome.cached_tokens = bond.cached_tokens;
  trace.bond_outcome.cost = in.real();
  trace.bond = std::move(bond);
}

/// The lists, each cut where the record would outgrow its bound. A list's length stands before it: the lists are written apart.
template <class Write>
void write_list(std::size_t count, ByteWriter& out, Write&& write) {
  out.number(count);
  for (std::size_t i = 0; i < count; ++i) write(i);
}

}  // namespace

std::string encode_trace(const Plan& plan, const Facts& facts, std::int64_t revision, const resilience::Now& now,
                         const std::vector<AttemptRecord>& attempts) {
  std::string bytes;
  bytes.reserve(256 + plan.candidates.size() * 24);
  ByteWriter out(bytes);
  out.byte(version);
  out.integer(revision);
  out.integer(now.wall_ms());
  write_facts(facts, out);
  out.word(plan.combo);
  out.word(plan.ordering);
  // A rung has some 40 bytes, a candidate some 20: with so many of them the bound holds, attempts and all.
  constexpr std::size_t most_entries = 40;
  constexpr std::size_t most_candidates = 100;
  const std::size_t entries = std::min(plan.entries.size(), most_entries);
  write_list(entries, out, [&](std::size_t i) { write_entry(plan.entries[i], now.tick, out); });
  std::vector<std::uint16_t> places(plan.candidates.size(), 0);
  for (std::size_t place = 0; place < plan.order.size(); ++place) places[plan.order[place]] = static_cast<std::uint16_t>(place + 1);
  std::size_t candidates = 0;
  while (candidates < std::min(plan.candidates.size(), most_candidates) && plan.candidates[candidates].entry < entries) ++candidates;
  write_list(candidates, out, [&](std::size_t i) { write_candidate(plan, i, places[i], now, out); });
  write_list(plan.turns.size(), out, [&](std::size_t i) {
    out.word(plan.turns[i].first);
    out.number(plan.turns[i].second);
  });
  write_list(std::min(plan.uses.size(), entries), out, [&](std::size_t i) { out.number(plan.uses[i]); });
  write_bond(plan, now.tick, out);
  // The last attempt says how it ended: of too many the ones before it go.
  const std::size_t kept = std::min(attempts.size(), most_attempts);
  const std::size_t longest = kept > many_attempts ? short_message : longest_message;
  write_list(kept, out, [&](std::size_t i) { write_attempt(i + 1 == kept ? attempts.back() : attempts[i], longest, out); });
  out.finish();
  return bytes;
}

Result<Trace> decode_trace(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.byte() != version) return Error(ErrorKind::internal, "This decision was recorded by another version of the program.");
  Trace trace;
  trace.revision = in.integer();
  trace.time_ms = in.integer();
  trace.facts = read_facts(in);
  trace.combo = in.word();
  trace.ordering = in.word();
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) trace.entries.push_back(read_entry(in));
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) trace.candidates.push_back(read_candidate(in));
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) {
    const std::string_view round = in.word();
    trace.turns.emplace_back(round, in.number());
  }
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) trace.uses.push_back(in.number());
  read_bond(in, trace);
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) trace.attempts.push_back(read_attempt(in));
  const bool fits = std::all_of(trace.candidates.begin(), trace.candidates.end(),
                                [&trace](const TracedCandidate& c) { return c.entry < trace.entries.size(); });
  if (!in.good() || !fits) return Error(ErrorKind::internal, "The record of this decision is damaged.");
  return trace;
}

}  // namespace omniroute::routing
