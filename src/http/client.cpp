#include "omniroute/http/client.hpp"

#include <utility>

#include "pool.hpp"
#include "upstream.hpp"

namespace omniroute::http {

void Cancellable::attach(CancelHandle& handle) noexcept {
  if (handle.target_) handle.target_->detach();
  handle.target_ = this;
  handle_ = &handle;
}

void Cancellable::detach() noexcept {
  if (handle_) handle_->target_ = nullptr;
  handle_ = nullptr;
}

CancelHandle::~CancelHandle() {
  if (target_) target_->detach();
}

void CancelHandle::cancel() noexcept {
  cancelled_ = true;
  if (target_) target_->cancel_now();
}

Client::Client(net::Worker& worker, Limits limits) : pool_(std::make_shared<Pool>(worker, limits)) {}

Client::~Client() { pool_->shut(); }

Task<Result<std::unique_ptr<Incoming>>> Client::send(const Outgoing& request, Timeouts timeouts, CancelHandle& cancel) {
  if (cancel.cancelled()) co_return Error(ErrorKind::cancelled, "The request to " + request.endpoint.host + " was cancelled.");
  auto upstream = std::make_unique<Upstream>(pool_, request, timeouts);
  Status prepared = upstream->prepare(request);
  if (!prepared) co_return std::move(prepared).error();
  upstream->attach(cancel);
  Status answered = co_await upstream->exchange(request);
  if (!answered) co_return std::move(answered).error();
  co_return Result<std::unique_ptr<Incoming>>(std::move(upstream));
}

void Client::trim(bool everything) { pool_->trim(everything); }

std::size_t Client::idle() const { return pool_->size(); }

}  // namespace omniroute::http
