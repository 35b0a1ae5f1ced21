"""Packs from the list to the gate."""
import http.server
import os
import shutil
import ssl
import threading

from clients import dig
from lab import run, wait_for
from policies import home

RULES = 'content { block_categories: "games" block_categories: "social" }'


class List(http.server.BaseHTTPRequestHandler):
    text = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.text)))
        self.end_headers()
        self.wfile.write(self.text)

    def log_message(self, *_):
        pass


def test_fetched_list_is_in_force(lab):
    """What `kindgate pack update` fetches is blocked by a gate whose policy names the pack, beside the starter pack, and so is each new one."""
    certificate, key, sources = (f"{lab.run}/{name}" for name in ("list.pem", "list.key", "sources.textproto"))
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with lab.on("gate"):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), List)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with open(sources, "w") as file:
            file.write(f'sources {{ id: "g" url: "https://localhost:{server.server_port}/" category: "games" }}')
        shutil.rmtree(f"{lab.run}/lists", ignore_errors=True)
        lab.fresh(home(RULES, extra='packs: ["starter", "lists"]'))
        events = lab.events()
        for name, before in (("video.example", None), ("learn.example", "video.example")):
            assert dig(lab, "kid", name)[0] == "NOERROR", name
            List.text = f"{name}\n".encode()
            # As in /var/lib/kindgate, but in this lab's state directory.
            lab.kindgate("pack", "update", "--sources", sources, "--into", f"{lab.run}/lists", "--out",
                         os.path.join(lab.state, "packs", "lists.pack"), "--ca", certificate)
            wait_for(lambda: dig(lab, "kid", name)[0] == "NXDOMAIN", f"{name} to be blocked")
            assert before is None or dig(lab, "kid", before)[0] == "NOERROR", before
        events.wait("PACK_IN_FORCE", "packs/lists.pack")
        assert dig(lab, "kid", "www.instagram.com")[0] == "NXDOMAIN", "the starter pack"
        assert not lab.status()["warnings"], lab.status()["warnings"]
    finally:
        server.shutdown()
        server.server_close()
