#include <array>

#include "dashboard.hpp"
#include "handlers.hpp"
#include "live.hpp"
#include "route.hpp"
#include "transfer.hpp"

namespace omniroute::api {

std::span<const Route> admin_routes() {
  static constexpr std::array routes{
      Route{"POST", "/api/auth/setup", Guard::open, &set_up},
      Route{"POST", "/api/auth/login", Guard::open, &log_in},
      Route{"POST", "/api/auth/logout", Guard::open, &log_out},
      Route{"GET", "/api/auth/status", Guard::open, &auth_status},
      Route{"POST", "/api/auth/password", Guard::admin, &change_password},
      Route{"PUT", "/api/auth/password", Guard::admin, &change_password},

      Route{"GET", "/api/setup/local", Guard::admin, &list_local_servers},
      Route{"GET", "/api/sessions", Guard::read, &list_sessions},
      Route{"DELETE", "/api/sessions", Guard::admin, &remove_other_sessions},
      Route{"DELETE", "/api/sessions/{id}", Guard::admin, &remove_session},
      Route{"GET", "/api/compliance/audit-log", Guard::read, &show_audit},

      Route{"GET", "/api/providers", Guard::read, &list_accounts},
      Route{"POST", "/api/providers", Guard::admin, &create_account},
      Route{"GET", "/api/providers/{id}", Guard::read, &show_account},
      Route{"PUT", "/api/providers/{id}", Guard::admin, &update_account},
      Route{"PATCH", "/api/providers/{id}", Guard::admin, &update_account},
      Route{"DELETE", "/api/providers/{id}", Guard::admin, &remove_account},
      Route{"POST", "/api/providers/{id}/test", Guard::admin, &test_account},

      Route{"GET", "/api/provider-nodes", Guard::read, &list_nodes},
      Route{"POST", "/api/provider-nodes", Guard::admin, &create_node},
      Route{"GET", "/api/provider-nodes/{id}", Guard::read, &show_node},
      Route{"PUT", "/api/provider-nodes/{id}", Guard::admin, &update_node},
      Route{"PATCH", "/api/provider-nodes/{id}", Guard::admin, &update_node},
      Route{"DELETE", "/api/provider-nodes/{id}", Guard::admin, &remove_node},

      Route{"GET", "/api/keys", Guard::read, &list_keys},
      Route{"POST", "/api/keys", Guard::admin, &create_key},
      Route{"GET", "/api/keys/{id}", Guard::read, &show_key},
      Route{"PATCH", "/api/keys/{id}", Guard::admin, &update_key},
      Route{"POST", "/api/keys/{id}/rotate", Guard::admin, &rotate_key},
      Route{"DELETE", "/api/keys/{id}", Guard::admin, &remove_key},

      Route{"GET", "/api/settings", Guard::read, &list_settings},
      Route{"PATCH", "/api/settings", Guard::admin, &change_settings},
      Route{"PUT", "/api/settings", Guard::admin, &change_settings},
      Route{"GET", "/api/settings/ip-filter", Guard::read, &show_ip_filter},
      Route{"PUT", "/api/settings/ip-filter", Guard::admin, &change_ip_filter},

      Route{"GET", "/api/events", Guard::read, &stream_events},
      Route{"GET", "/api/monitoring/health", Guard::open, &show_health},
      Route{"GET", "/api/monitoring/latency", Guard::read, &show_latency},
      Route{"GET", "/api/overview", Guard::read, &show_overview},
      Route{"GET", "/api/usage/history", Guard::read, &show_history},
      Route{"GET", "/api/usage/logs", Guard::read, &show_logs},
      Route{"GET", "/api/usage/logs/stream", Guard::read, &stream_logs},
      Route{"GET", "/api/logs/console", Guard::read, &show_console},
      Route{"GET", "/api/logs/console/stream", Guard::read, &stream_console},
      Route{"GET", "/api/telemetry/summary", Guard::read, &show_telemetry},
      Route{"GET", "/api/usage/logs/{id}", Guard::read, &show_log},
      Route{"GET", "/api/usage/logs/{id}/bodies", Guard::admin, &show_bodies},
      Route{"DELETE", "/api/usage/bodies", Guard::admin, &clear_bodies},
      Route{"GET", "/api/usage/proxy-logs", Guard::read, &show_egress},
      Route{"DELETE", "/api/usage/proxy-logs", Guard::admin, &clear_egress},
      Route{"POST", "/api/translator/detect", Guard::read, &detect_format},
      Route{"POST", "/api/translator/translate", Guard::read, &translate_body},
      Route{"GET", "/api/usage/series", Guard::read, &show_series},
      Route{"GET", "/api/usage/analytics", Guard::read, &show_analytics},
      Route{"GET", "/api/usage/budget", Guard::read, &show_budgets},
      Route{"POST", "/api/usage/budget", Guard::admin, &change_budget},
      Route{"GET", "/api/pricing", Guard::read, &show_prices},
      Route{"PATCH", "/api/pricing", Guard::admin, &change_prices},
      Route{"DELETE", "/api/pricing", Guard::admin, &reset_prices},
      Route{"GET", "/api/pricing/defaults", Guard::read, &show_default_prices},
      Route{"GET", "/api/pricing/history", Guard::read, &show_price_history},
      Route{"GET", "/api/config/export", Guard::admin, &export_config},
      Route{"POST", "/api/config/apply", Guard::admin, &apply_config},
      Route{"POST", "/api/import", Guard::recent, &import_foreign},
      Route{"GET", "/api/db-backups", Guard::read, &list_backups},
      Route{"PUT", "/api/db-backups", Guard::admin, &make_backup},
      Route{"POST", "/api/db-backups", Guard::recent, &restore_backup},
      Route{"POST", "/api/db-backups/export", Guard::recent, &export_state},
      Route{"POST", "/api/db-backups/import", Guard::recent, &import_state},
      Route{"POST", "/api/db-backups/{id}/verify", Guard::admin, &verify_backup},
      Route{"DELETE", "/api/db-backups/{id}", Guard::recent, &remove_backup},
      Route{"GET", "/api/cli-tools", Guard::read, &list_cli_tools},
      Route{"DELETE", "/api/cli-tools/{tool}", Guard::recent, &clear_cli_tool},
      Route{"POST", "/api/cli-tools/{tool}/preview", Guard::admin, &preview_cli_tool},
      Route{"POST", "/api/cli-tools/{tool}/apply", Guard::recent, &apply_cli_tool},
      Route{"POST", "/api/cli-tools/{tool}/undo", Guard::recent, &undo_cli_tool},
      Route{"GET", "/api/cli-tools/{tool}/backups", Guard::read, &list_cli_backups},
      Route{"GET", "/api/openapi.json", Guard::open, &show_openapi},
      Route{"GET", "/metrics", Guard::read, &show_metrics},
      Route{"GET", "/api/catalog/providers", Guard::read, &list_catalog},
  };
  return routes;
}

}  // namespace omniroute::api
