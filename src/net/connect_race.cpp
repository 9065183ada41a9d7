#include "connect_race.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "omniroute/net/event.hpp"
#include "socket_stream.hpp"

namespace omniroute::net {
namespace asio = boost::asio;

namespace {

constexpr auto stagger = std::chrono::milliseconds(250);  // RFC 8305, section 8: connection attempt delay

class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(Worker& worker, std::vector<std::string> addresses, std::uint16_t port)
      : worker_(worker), addresses_(std::move(addresses)), port_(port), timer_(worker.state().context), over_(worker) {}

  Task<Raced> run(Tick deadline) {
    const std::shared_ptr<Race> alive = shared_from_this();
    start_next();
    if (!done_) co_await over_.wait(deadline);
    const bool decided = done_;
    done_ = true;
    timer_.cancel();
    for (Socket& socket : sockets_) {
      boost::system::error_code ignored;
      socket.close(ignored);
    }
    Raced raced;
    raced.stream = std::move(winner_);
    raced.address = std::move(winner_address_);
    if (!raced.stream) raced.failure = decided ? failure_ : make_error_code(Failure::timed_out);
    if (worker_.state().deadlines.stopping()) raced.failure = Failure::cancelled;
    co_return raced;
  }

 private:
  using Socket = SocketStream::Socket;

  void start_next() {
    if (done_ || next_ == addresses_.size()) return;
    boost::system::error_code error;
    const asio::ip::address address = asio::ip::make_address(addresses_[next_++], error);
    if (error) {
      failed(error);
      return;
    }
    const asio::ip::tcp::endpoint endpoint(address, port_);
    sockets_.emplace_back(worker_.state().context);
    const std::size_t index = sockets_.size() - 1;
    sockets_[index].open(asio::generic::stream_protocol(endpoint.protocol()), error);
    if (error) {
      failed(error);
      return;
    }
    ++running_;
    sockets_[index].async_connect(
        asio::generic::stream_protocol::endpoint(endpoint),
        [self = shared_from_this(), index](const boost::system::error_code& result) { self->ended(index, result); });
    if (next_ == addresses_.size()) return;
    timer_.expires_after(stagger);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled) self->start_next();
    });
  }

  void ended(std::size_t index, const boost::system::error_code& error) {
    --running_;
    if (done_) return;
    if (error) {
      failed(error);
      return;
    }
    set_no_delay(sockets_[index].native_handle());
    winner_ = std::make_unique<SocketStream>(worker_, std::move(sockets_[index]));
    winner_address_ = winner_->peer_address();
    finish();
  }

  void failed(const boost::system::error_code& error) {
    failure_ = error;
    if (next_ < addresses_.size()) {
      timer_.cancel();
      start_next();
    } else if (running_ == 0) {
      finish();
    }
  }

  void finish() {
    done_ = true;
    over_.notify();
  }

  Worker& worker_;
  const std::vector<std::string> addresses_;
  const std::uint16_t port_;
  asio::steady_timer timer_;
  Event over_;
  std::vector<Socket> sockets_;
  std::unique_ptr<SocketStream> winner_;
  std::string winner_address_;
  std::error_code failure_ = std::make_error_code(std::errc::address_not_available);
  std::size_t next_ = 0;
  int running_ = 0;
  bool done_ = false;
};

}  // namespace

std::vector<std::string> interleave_families(const std::vector<std::string>& addresses) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  const auto is6 = [](const std::string& address) { return address.find(':') != std::string::npos; };
  for (const std::string& address : addresses) (is6(address) == is6(addresses.front()) ? first : second).push_back(address);
  std::vector<std::string> order;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) order.push_back(first[i]);
    if (i < second.size()) order.push_back(second[i]);
  }
  return order;
}

Task<Raced> connect_race(Worker& worker, std::vector<std::string> addresses, std::uint16_t port, Tick deadline) {
  const auto race = std::make_shared<Race>(worker, interleave_families(addresses), port);
  Raced raced = co_await race->run(deadline);
  co_return raced;
}

}  // namespace omniroute::net
