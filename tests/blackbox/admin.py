# Teaches the fault checks that stand beside the project (their admin.py has the contract) this gateway's management API. They run this
# file inside their own module: Admin, AdminError, ROUTES and common are theirs.
import os
import subprocess

ROUTES.update({"health": "/healthz", "dashboard": "/", "nodes": "/api/provider-nodes", "logs": "/api/usage/logs", "reset": "/api/resilience/reset"})
PROTECTED = [("GET", "/api/providers"), ("POST", "/api/providers"), ("PUT", "/api/providers/1"), ("DELETE", "/api/providers/1"),
             ("GET", "/api/provider-nodes"), ("POST", "/api/provider-nodes"), ("PUT", "/api/provider-nodes/1"),
             ("DELETE", "/api/provider-nodes/1"), ("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", "/api/keys/1"),
             ("GET", "/api/combos"), ("POST", "/api/combos"), ("PUT", "/api/combos/1"), ("DELETE", "/api/combos/1"), ("GET", "/api/resilience"),
             ("PATCH", "/api/resilience"), ("POST", "/api/routing/explain"), ("GET", "/api/requests/1/route"), ("GET", "/api/settings"),
             ("PUT", "/api/settings"), ("GET", "/api/usage/logs"), ("GET", "/api/usage/history")]


def set_first_password(port):
    """A gateway that has no password yet gets it over the command line, on the machine itself, as its owner would set it."""
    pid = common.find_pid(port)
    if not pid:
        return
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        words = file.read().decode().split("\0")
    if "--data-dir" not in words:
        return
    subprocess.run([os.readlink(f"/proc/{pid}/exe"), "password", "set", "--stdin", "--data-dir", words[words.index("--data-dir") + 1]],
                   input=ADMIN_PASSWORD + "\n", text=True, capture_output=True, timeout=30, check=False)


class OmniRoute(Admin):
    """A provider of the checks is a node together with its one connection; its id is the node's."""

    def login(self, password=None):
        reply = self.call("GET", "/api/auth/status")
        if reply.status == 200 and reply.json().get("setupRequired"):
            set_first_password(self.t.port)
        super().login(password)
        self.give_key()
        return self

    def give_key(self):
        """Calls of models need a key here. A check that was given none gets one, a new one for each gateway it starts."""
        if os.environ.get("API_KEY") and os.environ.get("KEY_MADE_FOR") in (None, self.t.url):
            return
        os.environ["API_KEY"] = self.create_key("fault checks")[1]
        os.environ["KEY_MADE_FOR"] = self.t.url

    def create_provider(self, name, base_url, secret, models=("m",), extra=None):
        node = {"prefix": name, "name": name, "type": "openai", "baseUrl": base_url, "apiKey": secret}
        return self.must("create provider", "POST", ROUTES["nodes"], node)["id"]

    def connections_of(self, node):
        return [c for c in self.must("list connections", "GET", ROUTES["providers"])["connections"] if c["provider"] == node]

    def update_provider(self, pid, **fields):
        names = {"name": "name", "base_url": "baseUrl"}
        node = {names[key]: value for key, value in fields.items() if key in names}
        if node:
            self.must("update provider", "PATCH", f"{ROUTES['nodes']}/{pid}", node)
        account = {}
        if "api_key" in fields:
            account["apiKey"] = fields["api_key"]
        if "enabled" in fields:
            account["isActive"] = fields["enabled"]
        for connection in self.connections_of(pid) if account else []:
            self.must("update connection", "PATCH", f"{ROUTES['providers']}/{connection['id']}", account)

    def delete_provider(self, pid):
        self.must("delete provider", "DELETE", f"{ROUTES['nodes']}/{pid}")

    def list_providers(self):
        hints = {c["provider"]: c["apiKeyHint"] for c in self.must("list connections", "GET", ROUTES["providers"])["connections"]}
        return [{"id": n["id"], "name": n["name"], "base_url": n["baseUrl"], "secret_hint": (hints.get(n["id"]) or "").lstrip("…•*.")}
                for n in self.must("list providers", "GET", ROUTES["nodes"])["nodes"]]

    def list_keys(self):
        own = ("first", "fault checks")  # made by the first start, and by this file
        return [{"id": k["id"], "name": k["name"]} for k in self.must("list keys", "GET", ROUTES["keys"])["keys"] if k["name"] not in own]

    def settings(self):
        return {row["key"]: row["value"] for row in self.must("settings", "GET", ROUTES["settings"])["settings"]}

    def set_settings(self, **values):
        known = self.settings()
        own = {"breaker_threshold": "apikey_breaker_threshold", "breaker_cooldown_ms": "apikey_breaker_reset_ms"}
        values = {own.get(key, key): value for key, value in values.items()}
        self.must("set settings", "PATCH", ROUTES["settings"], {key: value for key, value in values.items() if key in known})

    def list_combos(self):
        return [{"id": c["id"], "name": c["name"], "strategy": c["strategy"], "models": [m if isinstance(m, str) else m["model"] for m in c["models"]]}
                for c in self.must("list combos", "GET", ROUTES["combos"])["combos"]]

    def reset_health(self):
        self.must("end rests", "DELETE", "/api/lockouts")
        self.must("close breakers", "POST", "/api/resilience/reset", {})


Admin = OmniRoute
