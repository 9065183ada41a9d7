// The request's side of an exchange: head, connection, sending.
#include <array>
#include <charconv>

#include "grammar.hpp"
#include "head_writer.hpp"
#include "omniroute/net/event.hpp"
#include "upstream.hpp"

namespace omniroute::http {
namespace {

constexpr std::size_t write_alone = 64 * 1024;   // a larger request is written while the answer is awaited
constexpr std::size_t write_slice = 256 * 1024;  // the idle clock runs anew for each

bool clients_own(std::string_view name) {
  return same_name(name, "host") || same_name(name, "content-length") || same_name(name, "connection") ||
         same_name(name, "transfer-encoding");
}

bool has_body_by_nature(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

std::string authority(const net::Endpoint& endpoint) {
  std::string text = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
  if (endpoint.port != (endpoint.tls ? 443 : 80)) text.append(":").append(std::to_string(endpoint.port));
  return text;
}

Error unfit(std::string what) { return Error(ErrorKind::internal, "The request cannot be sent: " + std::move(what) + "."); }

}  // namespace

/// A connection being made; outlives the exchange that asked for it if that is cancelled.
struct Upstream::Dial {
  explicit Dial(net::Worker& worker) : over(worker) {}
  net::Event over;
  bool done = false;
  std::unique_ptr<net::Stream> stream;
  std::unique_ptr<Error> error;
};

/// A request being written beside the reading of its answer.
struct Upstream::Sending {
  explicit Sending(net::Worker& worker) : over(worker) {}
  net::Event over;
  std::error_code failure;
  bool done = false;
};

/// Wakes who waits for a task when the task's frame ends, also by an exception.
template <class Told>
class Upstream::Ending {
 public:
  explicit Ending(Told& told) : told_(told) {}
  ~Ending() {
    told_.done = true;
    told_.over.notify();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  Told& told_;
};

/// What a request is written from: groups of views, each within the write slice.
class Upstream::Groups {
 public:
  explicit Groups(const std::vector<std::string_view>& parts) : parts_(parts) {}
  /// The next group, empty at the end.
  std::span<const std::string_view> next() noexcept {
    std::size_t count = 0;
    for (std::size_t room = write_slice; count < group_.size() && room > 0 && index_ < parts_.size();) {
      group_[count] = parts_[index_].substr(offset_, room);
      room -= group_[count].size();
      offset_ += group_[count].size();
      ++count;
      if (offset_ == parts_[index_].size()) {
        ++index_;
        offset_ = 0;
      }
    }
    return {group_.data(), count};
  }

 private:
  const std::vector<std::string_view>& parts_;
  std::array<std::string_view, 8> group_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;
};

Upstream::Upstream(std::shared_ptr<Pool> pool, const Outgoing& request, Timeouts timeouts)
    : pool_(std::move(pool)),
      timeouts_(timeouts),
      began_(pool_->worker().clock().now()),
      channel_(pool_->take(request.endpoint, request.proxy)),
      chunks_(pool_->limits()),
      head_only_(request.method == "HEAD") {}

Status Upstream::prepare(const Outgoing& request) {
  if (request.method.empty() || !all(request.method, byte_token)) return unfit("its method is malformed");
  if (!request.target.starts_with('/') || !all(request.target, byte_target))
    return unfit("its path holds characters that a URL may not have");
  const std::string where = authority(request.endpoint);
  const bool by_proxy = request.proxy.kind == net::Proxy::Kind::http && !request.endpoint.tls;
  std::string& head = channel_->request_head;
  head.clear();
  head.reserve(512);
  head.append(request.method).append(" ");
  if (by_proxy) head.append("http://").append(where);
  head.append(request.target).append(" HTTP/1.1\r\n");
  if (!append_field(head, "Host", where)) return unfit("its host is malformed");
  if (by_proxy) {
    if (const Secret login = request.proxy.authorization(); !login.empty()) append_field(head, "Proxy-Authorization", login.reveal());
  }
  for (const Header& header : request.headers) {
    if (clients_own(header.name)) continue;
    if (!append_field(head, header.name, header.value)) return unfit("one of its headers is malformed");
  }
  std::size_t body = 0;
  for (const std::string_view part : request.body) body += part.size();
  if (body > 0 || has_body_by_nature(request.method)) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), body);
    head.append("Content-Length: ").append(digits.data(), end.ptr).append("\r\n");
  }
  head.append("\r\n");
  channel_->parts.clear();
  channel_->parts.reserve(request.body.size() + 1);
  channel_->parts.emplace_back(head);
  channel_->parts.insert(channel_->parts.end(), request.body.begin(), request.body.end());
  request_size_ = head.size() + body;
  return Status();
}

Task<Status> Upstream::exchange(const Outgoing& request) {
  if (channel_->stream) {
    Status first = co_await answer_on_stream();
    // The peer may have closed the kept connection just when we took it: then, and only then, the request goes out again.
    const bool stale = !first && !heard_ && first.error().kind == ErrorKind::upstream_failed;
    if (!stale) co_return first;
    channel_->stream.reset();
  }
  Status connected = co_await connect(request);
  if (!connected) co_return connected;
  Status second = co_await answer_on_stream();
  co_return second;
}

Task<Status> Upstream::connect(const Outgoing& request) {
  const Limit until = limit("connect", timeouts_.connect);
  dial_ = std::make_shared<Dial>(pool_->worker());
  pool_->worker().spawn("upstream connect", dial(pool_, dial_, request.endpoint, request.proxy, until.at));
  // The connector keeps to the deadline itself and says what it waited for.
  while (!dial_->done && !cancelled_) co_await dial_->over.wait(Tick::max());
  const std::shared_ptr<Dial> made = std::move(dial_);
  if (cancelled_) co_return failed(net::Failure::cancelled, until);
  if (made->error) {
    made->error->unsent = true;
    co_return *made->error;
  }
  if (!made->stream) co_return Error(ErrorKind::internal, "Connecting to " + host() + " failed; the log says why.");
  channel_->stream = std::move(made->stream);
  reusable_ = true;
  co_return Status();
}

Task<void> Upstream::dial(std::shared_ptr<Pool> pool, std::shared_ptr<Dial> into, net::Endpoint endpoint, net::Proxy proxy, Tick deadline) {
  const Ending<Dial> ending(*into);
  Result<std::unique_ptr<net::Stream>> made = co_await pool->worker().connector().connect(endpoint, proxy, deadline);
  if (made) {
    into->stream = std::move(made).value();
  } else {
    into->error = std::make_unique<Error>(std::move(made).error());
  }
}

Task<std::error_code> Upstream::write_request() {
  Groups groups(channel_->parts);
  for (std::span<const std::string_view> group = groups.next(); !group.empty(); group = groups.next()) {
    const net::Transfer sent = co_await channel_->stream->write(group, limit("idle", timeouts_.idle).at);
    if (sent.failure) co_return sent.failure;
  }
  co_return std::error_code();
}

Task<void> Upstream::write_beside(std::shared_ptr<Sending> sending) {
  const Ending<Sending> ending(*sending);
  sending->failure = co_await write_request();
  sent_at_ = now();
  if (sending->failure == net::Failure::timed_out) channel_->stream->close();  // the reader need not wait any longer
}

Task<Status> Upstream::answer_on_stream() {
  if (request_size_ > write_alone) {
    Status answered = co_await answer_while_sending();
    co_return answered;
  }
  const std::error_code failure = co_await write_request();
  sent_at_ = now();
  if (failure == net::Failure::timed_out || cancelled_) co_return failed(failure, limit("idle", timeouts_.idle));
  // Any other failure may have an answer before it: a server that refuses without reading closes at once.
  Status headed = co_await read_head();
  co_return headed;
}

/// A large request: the upstream may refuse it before it has read it, and that answer is to be seen.
Task<Status> Upstream::answer_while_sending() {
  const auto sending = std::make_shared<Sending>(pool_->worker());
  sent_at_ = Tick::max();
  pool_->worker().spawn("upstream request", write_beside(sending));
  Status headed = co_await read_head();
  if (!sending->done && (!headed || status() >= 300)) {
    reusable_ = false;
    if (headed) {
      channel_->stream->shutdown_write();
    } else {
      channel_->stream->close();
    }
  }
  // The views of the body end with this call, so the writer must have ended, too.
  while (!sending->done) co_await sending->over.wait(Tick::max());
  if (sending->failure) reusable_ = false;
  if (!headed && sending->failure == net::Failure::timed_out) co_return failed(sending->failure, limit("idle", timeouts_.idle));
  co_return headed;
}

void Upstream::cancel_now() noexcept {
  cancelled_ = true;
  if (channel_->stream) channel_->stream->close();
  if (dial_) dial_->over.notify();
}

}  // namespace omniroute::http
