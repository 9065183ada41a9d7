#include <algorithm>

#include "connect_race.hpp"
#include "omniroute/net/connector.hpp"
#include "omniroute/net/egress_log.hpp"
#include "system_resolver.hpp"
#include "tls_stream.hpp"
#include "tunnel.hpp"
#include "worker_state.hpp"

namespace omniroute::net {
namespace {

std::string place(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

bool sound_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (host.find(':') != std::string_view::npos) return classify_address(host).has_value();
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

/// One try to connect: what its errors need to know.
struct Attempt {
  std::string target;  // host:port asked for
  std::string via;     // the proxy's label, or empty
  Tick began;
  Tick deadline;
  std::string address;             // connected to, or refused
  bool refused = false;            // by the rules
  SocketStream* socket = nullptr;  // below whatever stream came of it
};

class WorkerConnector final : public Connector {
 public:
  WorkerConnector(Worker& worker, ConnectOptions options)
      : worker_(worker), options_(std::move(options)), own_resolver_(worker), contexts_(options_.trust_file) {}

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, Proxy proxy, Tick deadline) override {
    Attempt attempt{place(endpoint.host, endpoint.port), proxy.label(), worker_.clock().now(), deadline, {}, false, nullptr};
    Result<std::unique_ptr<Stream>> opened = co_await connect_to(attempt, endpoint, std::move(proxy));
    if (options_.log != nullptr) note(attempt, endpoint, opened);
    co_return std::move(opened);
  }

 private:
  Task<Result<std::unique_ptr<Stream>>> connect_to(Attempt& attempt, const Endpoint& endpoint, Proxy proxy) {
    const Tick deadline = attempt.deadline;
    const bool direct = proxy.kind == Proxy::Kind::none;
    if (!sound_host(endpoint.host)) co_return Error(ErrorKind::upstream_failed, "The host name of " + attempt.target + " is not valid.");
    Result<std::unique_ptr<Stream>> opened = Error(ErrorKind::internal, "");
    if (direct) {
      opened = co_await open(attempt, endpoint.host, endpoint.port, options_.rules);
    } else {
      const std::optional<AddressClass> literal = classify_address(endpoint.host);
      if (literal && !options_.rules.allow(*literal)) {
        attempt.address = endpoint.host;
        co_return not_allowed(attempt, endpoint.host);
      }
      const AddressRules anywhere_local;  // the owner's own proxy may stand in the local network
      opened = co_await open(attempt, proxy.host, proxy.port, anywhere_local);
    }
    if (!opened) co_return std::move(opened).error();
    std::unique_ptr<Stream> stream = std::move(opened).value();
    if (proxy.kind == Proxy::Kind::https) {
      const std::string no_file;
      opened = co_await secure(attempt, std::move(stream), proxy.host, proxy.port, no_file);
      if (!opened) co_return std::move(opened).error();
      stream = std::move(opened).value();
    }
    if (!direct && (endpoint.tls || proxy.kind != Proxy::Kind::http)) {
      Tunnelled tunnelled;
      if (proxy.kind == Proxy::Kind::socks5) {
        tunnelled = co_await tunnel_socks5(*stream, proxy, endpoint.host, endpoint.port, deadline);
      } else {
        tunnelled = co_await tunnel_http(*stream, proxy, endpoint.host, endpoint.port, deadline);
      }
      if (tunnelled.failure) {
        Error error = failed(attempt, tunnelled.failure, "The proxy " + attempt.via + " " + tunnelled.words);
        error.origin = Origin::network;
        co_return error;
      }
    }
    if (!endpoint.tls) co_return Result<std::unique_ptr<Stream>>(std::move(stream));
    opened = co_await secure(attempt, std::move(stream), endpoint.host, endpoint.port, endpoint.ca_file);
    co_return std::move(opened);
  }

  void note(const Attempt& attempt, const Endpoint& endpoint, const Result<std::unique_ptr<Stream>>& opened) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(worker_.clock().now() - attempt.began);
    EgressEntry entry;
    entry.time = worker_.clock().wall_now() - took;
    entry.host = endpoint.host;
    entry.port = endpoint.port;
    entry.tls = endpoint.tls;
    entry.proxy = attempt.via;
    entry.address = attempt.address;
    entry.connect = took;
    entry.state = opened ? EgressEntry::State::open : attempt.refused ? EgressEntry::State::refused : EgressEntry::State::failed;
    if (!opened) entry.reason = opened.error().message;
    const std::uint64_t id = options_.log->note(std::move(entry));
    if (opened && attempt.socket != nullptr) attempt.socket->account(*options_.log, id);
  }

  Task<Result<std::unique_ptr<Stream>>> open(Attempt& attempt, std::string host, std::uint16_t port, AddressRules rules) {
    std::vector<std::string> addresses;
    if (classify_address(host)) {
      addresses.push_back(host);
    } else {
      Resolver& resolver = options_.resolver ? *options_.resolver : own_resolver_;
      Result<std::vector<std::string>> found = co_await resolver.resolve(host, attempt.deadline);
      if (!found) {
        Error error = std::move(found).error();
        error.origin = Origin::network;
        co_return error;
      }
      addresses = std::move(found).value();
    }
    std::string refused;
    std::erase_if(addresses, [&](const std::string& address) {
      const std::optional<AddressClass> kind = classify_address(address);
      if (kind && rules.allow(*kind)) return false;
      refused = address;
      return true;
    });
    if (addresses.empty()) {
      attempt.address = refused;
      co_return not_allowed(attempt, refused.empty() ? host : refused);
    }
    attempt.address = addresses.front();
    Raced raced = co_await connect_race(worker_, std::move(addresses), port, attempt.deadline);
    if (!raced.stream) {
      Error error = failed(attempt, raced.failure, "Cannot connect to " + place(host, port) + ": " + raced.failure.message());
      if (ours(raced.failure) || !attempt.via.empty()) error.origin = Origin::network;
      co_return error;
    }
    attempt.address = raced.address;
    attempt.socket = raced.stream.get();
    co_return Result<std::unique_ptr<Stream>>(std::unique_ptr<Stream>(std::move(raced.stream)));
  }

  Task<Result<std::unique_ptr<Stream>>> secure(const Attempt& attempt, std::unique_ptr<Stream> below, std::string host, std::uint16_t port,
                                               std::string ca_file) {
    Result<SSL_CTX*> context = contexts_.for_roots(ca_file);
    if (!context) co_return std::move(context).error();
    const std::string who = place(host, port);
    auto stream = std::make_unique<TlsStream>(std::move(below), *context, host, who + "|" + ca_file, sessions_);
    const std::error_code failure = co_await stream->handshake(attempt.deadline);
    if (!failure) co_return Result<std::unique_ptr<Stream>>(std::move(stream));
    std::string words = "Cannot connect to " + who + ": " + failure.message();
    if (!stream->words().empty()) words += " (" + stream->words() + ")";
    if (failure == Failure::tls_certificate) words += "; a private endpoint needs its CA file in the connection's settings";
    co_return failed(attempt, failure, std::move(words));
  }

  /// Trouble of this machine or its network, not of whoever was to be reached.
  static bool ours(const std::error_code& failure) {
    return failure == std::errc::network_unreachable || failure == std::errc::network_down || failure == std::errc::address_not_available ||
           failure == std::errc::too_many_files_open || failure == std::errc::too_many_files_open_in_system;
  }

  [[nodiscard]] Error failed(const Attempt& attempt, const std::error_code& failure, std::string words) const {
    if (failure == Failure::cancelled) return Error(ErrorKind::cancelled, "The connection to " + attempt.target + " was cancelled.");
    const std::string through = attempt.via.empty() ? "" : " through the proxy " + attempt.via;
    if (failure == Failure::timed_out) {
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(worker_.clock().now() - attempt.began);
      Error late(ErrorKind::upstream_timeout,
                 "No connection to " + attempt.target + through + " after " + std::to_string(took.count()) + " ms (connect clock).");
      late.detail = std::move(words);
      return late;
    }
    Error error(ErrorKind::upstream_failed, std::move(words) + ".");
    error.detail = "target=" + attempt.target + " via=" + attempt.via + " failure=" + failure.message();
    return error;
  }

  static Error not_allowed(Attempt& attempt, const std::string& address) {
    attempt.refused = true;
    return Error(ErrorKind::upstream_failed, "The address " + address + " of " + attempt.target + " may not be connected to.");
  }

  Worker& worker_;
  const ConnectOptions options_;
  SystemResolver own_resolver_;
  TlsContexts contexts_;
  std::shared_ptr<TlsSessions> sessions_ = std::make_shared<TlsSessions>();
};

}  // namespace

std::unique_ptr<Connector> make_connector(Worker& worker, ConnectOptions options) {
  return std::make_unique<WorkerConnector>(worker, std::move(options));
}

}  // namespace omniroute::net
