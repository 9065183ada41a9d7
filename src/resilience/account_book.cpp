#include "omniroute/resilience/account_book.hpp"

#include <algorithm>

namespace omniroute::resilience {
namespace {

/// Model names come from requests, too: so many are remembered for an account, then the one not met longest goes.
constexpr std::size_t most_models = 64;
constexpr float smoothing = 0.2F;

/// What a window is judged by now: its present rule. One without a rule (any more) lives by its provider's word alone.
domain::WindowRule present_rule(const domain::WindowRule& stored, std::span<const domain::WindowRule> rules) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&stored](const domain::WindowRule& r) { return r.name == stored.name; });
  if (rule != rules.end()) return *rule;
  domain::WindowRule own;
  own.name = stored.name;
  own.kind = domain::WindowKind::once;
  own.model = stored.model;
  return own;
}

// A record's key: "account <id>", "model <id> <model>", "window <id> <name>". Ids hold no space.
std::string key_of(std::string_view kind, std::string_view account, std::string_view rest) {
  std::string key(kind);
  key += ' ';
  key += account;
  if (!rest.empty()) {
    key += ' ';
    key += rest;
  }
  return key;
}

}  // namespace

Visit::Visit(Visit&& other) noexcept
    : book_(std::exchange(other.book_, nullptr)),
      account_(std::move(other.account_)),
      model_(std::move(other.model_)),
      began_(other.began_),
      level_(other.level_),
      account_probe_(other.account_probe_),
      model_probe_(other.model_probe_) {}

Visit& Visit::operator=(Visit&& other) noexcept {
  if (this == &other) return *this;
  end();
  book_ = std::exchange(other.book_, nullptr);
  account_ = std::move(other.account_);
  model_ = std::move(other.model_);
  began_ = other.began_;
  level_ = other.level_;
  account_probe_ = other.account_probe_;
  model_probe_ = other.model_probe_;
  return *this;
}

void Visit::succeed(std::chrono::milliseconds first_token, Tick now) {
  if (book_ == nullptr) return;
  book_->succeed(*this, first_token, now);
  account_probe_ = false;
  model_probe_ = false;
}

void Visit::fail(const Verdict& verdict, Tick now) {
  if (book_ != nullptr) book_->fail(*this, verdict, now);
}

void Visit::end() noexcept {
  if (book_ != nullptr) std::exchange(book_, nullptr)->end(*this);
}

AccountBook::Record& AccountBook::record(std::string_view account) {
  const auto found = records_.find(account);
  return found == records_.end() ? records_[std::string(account)] : found->second;
}

AccountBook::ModelRecord* AccountBook::find_model(Record& record, std::string_view model) {
  const auto found = std::find_if(record.models.begin(), record.models.end(), [model](const ModelRecord& m) { return m.model == model; });
  return found == record.models.end() ? nullptr : &*found;
}

const AccountBook::ModelRecord* AccountBook::find_model(const Record& record, std::string_view model) {
  const auto found = std::find_if(record.models.begin(), record.models.end(), [model](const ModelRecord& m) { return m.model == model; });
  return found == record.models.end() ? nullptr : &*found;
}

AccountBook::ModelRecord& AccountBook::model_record(Record& record, std::string_view model, Tick now) {
  ModelRecord* known = find_model(record, model);
  if (known == nullptr && record.models.size() >= most_models) {
    const auto oldest = std::min_element(record.models.begin(), record.models.end(), [](const ModelRecord& a, const ModelRecord& b) {
      return std::pair(!a.cooldown.blank(), a.touched) < std::pair(!b.cooldown.blank(), b.touched);
    });
    *oldest = ModelRecord();
    known = &*oldest;
    known->model = model;
  }
  if (known == nullptr) {
    known = &record.models.emplace_back();
    known->model = model;
  }
  known->touched = now;
  return *known;
}

void AccountBook::read_window(const QuotaWindow& window, const Ask& ask, const Now& now, AccountReading& out) {
  if (!window.counts(ask.model)) return;
  const auto used = window.share(now.wall);
  if (used) out.quota_used = std::max(out.quota_used, *used);
  if (!window.spent(now.wall)) return;
  const WallTime back = window.resets_at(now.wall);
  if (!out.spent.empty() && back <= out.spent_until) return;
  out.spent = window.rule().name;
  out.spent_until = back;
}

void AccountBook::read_one(const Record& record, const Ask& ask, const Now& now, AccountReading& out) {
  out.account = record.cooldown.state(now.tick);
  out.account_since = record.cooldown.since();
  out.account_until = record.cooldown.until();
  out.account_reason = record.cooldown.reason();
  out.in_flight = record.in_flight;
  out.failures = record.failures;
  out.uses = record.uses;
  out.last_used = record.last_used;
  if (const ModelRecord* known = find_model(record, ask.model)) {
    out.model = known->cooldown.state(now.tick);
    out.model_until = known->cooldown.until();
    out.model_reason = known->cooldown.reason();
    out.first_token_ms = known->first_token_ms;
  }
  for (const QuotaWindow& window : record.windows) {
    const auto same = [&window](const domain::WindowRule& rule) { return rule == window.rule(); };
    if (std::any_of(ask.rules.begin(), ask.rules.end(), same)) {
      read_window(window, ask, now, out);
      continue;
    }
    QuotaWindow present = window;
    present.follow(present_rule(window.rule(), ask.rules));
    read_window(present, ask, now, out);
  }
}

void AccountBook::read(std::span<const Ask> asks, const Now& now, std::span<AccountReading> out) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const auto found = records_.find(asks[i].account);
    if (found != records_.end()) read_one(found->second, asks[i], now, out[i]);
  }
}

AccountBook::Admission AccountBook::admit(std::string_view account, std::string_view model, Tick now) {
  const std::lock_guard lock(mutex_);
  Record& known = record(account);
  ModelRecord* on_model = find_model(known, model);
  Admission admission;
  const auto refuse = [&admission, now](Scope scope, const Cooldown& cooldown) {
    admission.scope = scope;
    admission.state = cooldown.state(now);
    admission.retry_at = cooldown.until();
    admission.reason = cooldown.reason();
  };
  // Looked at before anything is taken, so that a refusal by one leaves no probe of the other behind.
  if (on_model != nullptr && !on_model->cooldown.open(now)) {
    refuse(Scope::model, on_model->cooldown);
    return admission;
  }
  const Cooldown::Entry entry = known.cooldown.enter(now);
  if (entry == Cooldown::Entry::refused) {
    refuse(Scope::account, known.cooldown);
    return admission;
  }
  Visit visit;
  visit.book_ = this;
  visit.account_ = account;
  visit.model_ = model;
  visit.began_ = now;
  visit.level_ = known.cooldown.level();
  visit.account_probe_ = entry == Cooldown::Entry::probe;
  if (on_model != nullptr) {
    visit.model_probe_ = on_model->cooldown.enter(now) == Cooldown::Entry::probe;
    visit.level_ = std::max(visit.level_, on_model->cooldown.level());
  }
  ++known.in_flight;
  known.last_used = now;
  admission.visit = std::move(visit);
  return admission;
}

void AccountBook::succeed(const Visit& visit, std::chrono::milliseconds first_token, Tick now) {
  const std::lock_guard lock(mutex_);
  Record& known = record(visit.account_);
  known.failures = 0;
  ++known.uses;
  if (known.cooldown.succeed(visit.began_, visit.account_probe_)) known.changed = true;
  ModelRecord& on_model = model_record(known, visit.model_, now);
  if (on_model.cooldown.succeed(visit.began_, visit.model_probe_)) on_model.changed = true;
  const auto sample = static_cast<float>(first_token.count());
  on_model.first_token_ms =
      on_model.first_token_ms == 0 ? sample : on_model.first_token_ms + smoothing * (sample - on_model.first_token_ms);
}

void AccountBook::fail(Visit& visit, const Verdict& verdict, Tick now) {
  if (verdict.scope == Scope::none) return;
  const std::lock_guard lock(mutex_);
  Record& known = record(visit.account_);
  ++known.failures;
  if (verdict.cooldown.count() <= 0) return;
  if (verdict.scope == Scope::account) {
    known.cooldown.rest(verdict, visit.began_, now);
    known.changed = true;
    visit.account_probe_ = false;
    return;
  }
  ModelRecord& on_model = model_record(known, visit.model_, now);
  on_model.cooldown.rest(verdict, visit.began_, now);
  on_model.changed = true;
  visit.model_probe_ = false;
}

void AccountBook::end(const Visit& visit) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(visit.account_);
  if (found == records_.end()) return;
  Record& known = found->second;
  known.in_flight = std::max(0, known.in_flight - 1);
  if (visit.account_probe_) known.cooldown.let_go();
  ModelRecord* on_model = visit.model_probe_ ? find_model(known, visit.model_) : nullptr;
  if (on_model != nullptr) on_model->cooldown.let_go();
}

QuotaWindow& AccountBook::window(Record& record, const domain::WindowRule& rule) {
  const auto known =
      std::find_if(record.windows.begin(), record.windows.end(), [&rule](const QuotaWindow& w) { return w.rule().name == rule.name; });
  if (known != record.windows.end()) {
    known->follow(rule);
    return *known;
  }
  return record.windows.emplace_back(rule);
}

void AccountBook::count(std::string_view account, std::string_view model, std::span<const domain::WindowRule> rules, std::int64_t tokens,
                        WallTime now) {
  if (rules.empty()) return;
  const std::lock_guard lock(mutex_);
  Record& known = record(account);
  for (const domain::WindowRule& rule : rules) {
    QuotaWindow& counted = window(known, rule);
    if (counted.counts(model)) counted.add(1, tokens, now);
  }
  known.windows_changed = true;
}

void AccountBook::correct(std::string_view account, std::span<const QuotaReading> readings, std::span<const domain::WindowRule> rules,
                          bool endpoint, WallTime now) {
  if (readings.empty()) return;
  const std::lock_guard lock(mutex_);
  Record& known = record(account);
  for (const QuotaReading& reading : readings) {
    domain::WindowRule named;
    named.name = reading.window;
    const auto stored = std::find_if(known.windows.begin(), known.windows.end(),
                                     [&reading](const QuotaWindow& w) { return w.rule().name == reading.window; });
    if (stored != known.windows.end()) named.model = stored->rule().model;
    window(known, present_rule(named, rules)).correct(reading, endpoint, now);
  }
  known.windows_changed = true;
}

std::vector<AccountBook::Rest> AccountBook::rests() const {
  const std::lock_guard lock(mutex_);
  std::vector<Rest> rests;
  for (const auto& [id, known] : records_) {
    if (!known.cooldown.blank()) rests.push_back({id, {}, known.cooldown});
    for (const ModelRecord& on_model : known.models)
      if (!on_model.cooldown.blank()) rests.push_back({id, on_model.model, on_model.cooldown});
  }
  return rests;
}

bool AccountBook::clear(std::string_view account, std::string_view model) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(account);
  if (found == records_.end()) return false;
  Record& known = found->second;
  bool any = false;
  if (model.empty() && !known.cooldown.blank()) {
    known.cooldown.clear();
    known.changed = true;
    any = true;
  }
  for (ModelRecord& on_model : known.models) {
    if ((!model.empty() && on_model.model != model) || on_model.cooldown.blank()) continue;
    on_model.cooldown.clear();
    on_model.changed = true;
    any = true;
  }
  return any;
}

std::vector<QuotaFigure> AccountBook::figures(std::string_view account, std::span<const domain::WindowRule> rules, WallTime now) const {
  const std::lock_guard lock(mutex_);
  std::vector<QuotaFigure> figures;
  const auto found = records_.find(account);
  const auto has = [&figures](std::string_view name) {
    return std::any_of(figures.begin(), figures.end(), [name](const QuotaFigure& f) { return f.name == name; });
  };
  if (found != records_.end())
    for (QuotaWindow window : found->second.windows) {
      window.follow(present_rule(window.rule(), rules));
      QuotaFigure figure = window.figure(now);
      // A window that the owner took away, and of which its provider says nothing, is none any more.
      const auto same = [&figure](const domain::WindowRule& rule) { return rule.name == figure.name; };
      const bool told = figure.source == QuotaSource::header || figure.source == QuotaSource::endpoint;
      if (told || std::any_of(rules.begin(), rules.end(), same)) figures.push_back(std::move(figure));
    }
  for (const domain::WindowRule& rule : rules)
    if (!has(rule.name)) figures.push_back(QuotaWindow(rule).figure(now));
  return figures;
}

void AccountBook::forget(std::string_view account) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(account);
  if (found == records_.end()) return;
  // Kept until the changes were taken, so that its records go, too.
  Record& known = found->second;
  known.cooldown.clear();
  known.changed = true;
  for (ModelRecord& on_model : known.models) {
    on_model.cooldown.clear();
    on_model.changed = true;
  }
  for (QuotaWindow& window : known.windows) window = QuotaWindow(window.rule());
  known.windows_changed = true;
}

std::vector<AccountBook::Change> AccountBook::take_changes(const Now& now) {
  const std::lock_guard lock(mutex_);
  std::vector<Change> changes;
  for (auto& [id, known] : records_) {
    if (std::exchange(known.changed, false)) changes.push_back({key_of("account", id, {}), known.cooldown.to_record(now)});
    for (ModelRecord& on_model : known.models)
      if (std::exchange(on_model.changed, false))
        changes.push_back({key_of("model", id, on_model.model), on_model.cooldown.to_record(now)});
    if (!std::exchange(known.windows_changed, false)) continue;
    for (const QuotaWindow& window : known.windows) changes.push_back({key_of("window", id, window.rule().name), window.to_record()});
  }
  return changes;
}

void AccountBook::restore(std::string_view key, std::string_view text, const Now& now) {
  const std::size_t first = key.find(' ');
  if (first == std::string_view::npos) return;
  const std::string_view kind = key.substr(0, first);
  const std::string_view rest = key.substr(first + 1);
  const std::size_t second = rest.find(' ');
  const std::string_view account = rest.substr(0, second);
  const std::string_view name = second == std::string_view::npos ? std::string_view() : rest.substr(second + 1);
  const std::lock_guard lock(mutex_);
  Record& known = record(account);
  if (kind == "account") known.cooldown = Cooldown::from_record(text, now);
  if (kind == "model") model_record(known, name, now.tick).cooldown = Cooldown::from_record(text, now);
  if (kind != "window") return;
  if (auto window = QuotaWindow::from_record(name, text)) known.windows.push_back(*std::move(window));
}

}  // namespace omniroute::resilience
