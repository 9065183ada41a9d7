#include "race.hpp"

#include "opening.hpp"

namespace omniroute::pipeline {

/// One of the two, and the client as it sees it.
class Race::Side final : public http::ReplySink, public Claim {
 public:
  Side(Race& race, std::uint16_t candidate, bool hedge)
      : race_(race), trial_(race.x_, race.shared_, candidate, *this, kind(*this, hedge)) {}

  Task<Status> send(int code, std::span<const http::Header> headers, std::string_view body) override {
    if (!own()) co_return late();
    begun_ = true;
    co_return co_await race_.client_.send(code, headers, body);
  }
  Task<Status> begin(int code, std::span<const http::Header> headers) override {
    if (!own()) co_return late();
    begun_ = true;
    co_return co_await race_.client_.begin(code, headers);
  }
  Task<Status> push(std::string_view piece) override {
    if (!own()) co_return late();
    co_return co_await race_.client_.push(piece);
  }
  Task<Status> end() override {
    if (!own()) co_return late();
    co_return co_await race_.client_.end();
  }
  void abort() noexcept override {
    if (own()) race_.client_.abort();
  }
  [[nodiscard]] bool begun() const noexcept override { return begun_; }
  void watch_client(net::PeerWatch* watch) noexcept override { watch_ = watch; }

  bool claim() noexcept override { return race_.claim(*this); }
  void tell_gone() noexcept {
    if (watch_ != nullptr) watch_->peer_gone();
  }

  Trial& trial() noexcept { return trial_; }
  Status status = Error(ErrorKind::internal, "");
  bool done = false;

 private:
  static Trial::Kind kind(Side& side, bool hedge) {
    Trial::Kind kind;
    kind.hedge = hedge;
    kind.claim = &side;
    return kind;
  }
  static Error late() { return {ErrorKind::cancelled, "Another target answered first."}; }
  [[nodiscard]] bool own() const noexcept { return race_.winner_ == this; }

  Race& race_;
  net::PeerWatch* watch_ = nullptr;
  bool begun_ = false;
  Trial trial_;
};

Race::Race(Exchange& exchange, Shared shared, http::ReplySink& client, std::uint16_t first, std::uint16_t second)
    : x_(exchange),
      shared_(shared),
      client_(client),
      patience_(exchange.plan.entries[exchange.plan.candidates[first].entry].config),
      changed_(exchange.lane.worker),
      first_(std::make_unique<Side>(*this, first, false)),
      second_candidate_(second) {}

Race::~Race() = default;

Trial& Race::first() noexcept { return first_->trial(); }
const Status& Race::first_status() const noexcept { return first_->status; }
Trial* Race::second() noexcept { return second_ ? &second_->trial() : nullptr; }
const Status& Race::second_status() const noexcept { return second_->status; }
const Trial* Race::winner() const noexcept { return winner_ != nullptr ? &winner_->trial() : nullptr; }

void Race::peer_gone() noexcept {
  first_->tell_gone();
  if (second_) second_->tell_gone();
}

bool Race::claim(Side& side) noexcept {
  if (winner_ != nullptr) return winner_ == &side;
  winner_ = &side;
  Side* const other = &side == first_.get() ? second_.get() : first_.get();
  if (other != nullptr && !other->done) other->trial().cancel();
  return true;
}

bool Race::may_hedge() {
  const net::Worker& worker = x_.lane.worker;
  return shared_.tables.hedges.take(x_.plan.combo, patience_.hedge_share, worker.clock().now());
}

Task<void> Race::run_side(std::shared_ptr<Race> race, Side& side) {
  co_await side.trial().take_place();
  side.status = co_await side.trial().attempt();
  side.done = true;
  race->changed_.notify();
}

Task<Status> Race::run() {
  net::Worker& worker = x_.lane.worker;
  x_.opening->race(true);
  client_.watch_client(this);
  worker.spawn("hedged attempt", run_side(shared_from_this(), *first_));
  const Tick silent = worker.clock().now() + patience_.hedge_after;
  while (!first_->done && winner_ == nullptr && worker.clock().now() < silent) {
    const bool changed = co_await changed_.wait(silent);
    static_cast<void>(changed);
  }
  if (!first_->done && winner_ == nullptr && may_hedge()) {
    second_ = std::make_unique<Side>(*this, second_candidate_, true);
    worker.spawn("hedged attempt", run_side(shared_from_this(), *second_));
  }
  while (!first_->done || (second_ && !second_->done)) {
    const bool changed = co_await changed_.wait(Tick::max());
    static_cast<void>(changed);
  }
  client_.watch_client(nullptr);
  x_.opening->race(false);
  const Status& status = second_ && winner_ == second_.get() ? second_->status : first_->status;
  co_return status;
}

}  // namespace omniroute::pipeline
