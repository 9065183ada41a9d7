#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "config_file.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/net/listener.hpp"
#include "wiring.hpp"

namespace omniroute::app {

struct ServeOptions {
  std::string data_dir;
  config::Environment environment;
  std::string_view version;  ///< outlives the daemon
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;               ///< 0 = any free one
  std::optional<log::Level> log_level;  ///< in place of the setting
  std::size_t workers = 1;
  std::string web_dir;      ///< the dashboard comes from this folder; empty = from the binary
  std::string config_file;  ///< applied at the start, at SIGHUP and when it changes; empty = none
  std::string tls_cert;     ///< PEM; empty = plain HTTP
  std::string tls_key;
  std::vector<int> inherited;  ///< sockets that listen already, in place of host and port
};

/// True for addresses that only this machine can reach: "localhost", 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host) noexcept;

/// The gateway as it serves: the wiring with its sockets and threads.
class Daemon {
 public:
  /// Opens the data directory and binds the sockets: who connects from now on waits. On the first start it makes an API key.
  /// Errors name the thing and the cure. Blocks.
  static Result<std::unique_ptr<Daemon>> open(ServeOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listeners_.front()->port(); }
  /// The address of the first listener, as people type it: "https://127.0.0.1:20128".
  [[nodiscard]] std::string address() const;
  /// The key that this start made; empty if there are keys already.
  [[nodiscard]] const Secret& first_key() const noexcept { return first_key_; }
  /// The link under which the first password is set; empty once there is one.
  [[nodiscard]] Secret setup_link() const;
  [[nodiscard]] Wiring& wiring() noexcept { return *wiring_; }

  /// Applies the configuration file anew, while serving. One that does not fit changes nothing, and the log says why.
  void reload();
  /// Whether the configuration file looks different from when it was last applied.
  [[nodiscard]] bool file_changed() const { return file_.changed(); }
  [[nodiscard]] bool has_file() const noexcept { return file_.given(); }
  [[nodiscard]] bool has_tls() const noexcept { return tls_ != nullptr; }
  /// Takes a changed certificate for new connections; one that cannot be used leaves the old one, and the log says why.
  void look_at_certificate();

  /// Serves who is waiting and who comes.
  void start();
  /// No new connections; requests under way go on.
  void begin_drain();
  /// True when the last request under way is answered.
  [[nodiscard]] bool drained() const { return wiring_->server().in_flight() == 0; }
  /// How long begin_drain() should be given.
  [[nodiscard]] std::chrono::milliseconds drain_time() const { return wiring_->config()->settings().shutdown_timeout; }
  /// Ends what is left, writes what is queued, closes the data directory.
  void stop();

 private:
  explicit Daemon(ServeOptions options) : options_(std::move(options)), file_(options_.config_file, options_.environment) {}
  Status load_certificate();
  Status bind();
  Status listen();
  [[nodiscard]] bool on_loopback() const;
  Status make_first_key();
  void follow_log_level();
  net::Listener::Accepted into_server(bool local);

  const ServeOptions options_;
  ConfigFile file_;
  std::unique_ptr<Wiring> wiring_;
  std::shared_ptr<net::TlsServer> tls_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::unique_ptr<net::Listener> control_;
  Secret first_key_;
  std::uint64_t log_subscription_ = 0;
};

/// Runs a daemon until a signal ends it: prints the ready line and the first steps, opens the browser if `browser` says so.
/// Gives the exit code: 0 after an orderly stop, 1 if it could not start, 128 + signal if a second signal cut it short.
int serve(ServeOptions options, bool browser);

}  // namespace omniroute::app
