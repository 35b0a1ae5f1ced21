"""How the command speaks with the daemon's socket. The answers here are written by hand, to the bytes, because they are
such as a healthy daemon doesn't give in time for a test; the daemon itself is in tests/lab."""
import json
import socket
import subprocess

from kindgate import COMMAND, SMALL, STATUS, Answers, Test, answer

OVERRIDE = {"id": "7", "who": "kid", "mode": "OFF", "from": "2026-11-24T17:00:00Z", "until": "2026-11-25T17:00:00Z",
            "given_by": "root"}
EVENTS = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: from now on\n\n"
          b'data: {"at":"2026-11-24T20:00:00.005Z","kind":"MODE_CHANGED","text":"Kid\\u001b[2J: off until tomorrow 07:00"}\n\n:\n\n'
          b'data: {"at":"2026-11-24T20:01:00Z","kind":"STOPPING","text":"Bye"}\n\n')


class Socket(Test):
    def serve(self, *answers):
        server = Answers(self.path("api.sock"), *answers)
        self.addCleanup(server.close)
        return server

    def test_no_daemon(self):
        """Without a socket: says which, how to start the daemon, status 1; so does every command that needs it"""
        for words in (("status",), ("devices",), ("leases",), ("overrides",), ("events",), ("pause", "kid"),
                      ("resume", "kid"), ("explain", "--device", "kid"), ("timeline", "--device", "kid"), ("policy", "get")):
            self.refused(1, f"kindgated isn't running (no socket at {self.path('api.sock')}): "
                            "start it with systemctl start kindgated\n", *words)

    def test_socket_option(self):
        """--socket beats KINDGATE_SOCKET"""
        self.refused(1, f"no socket at {self.path('other.sock')}", "status", "--socket", self.path("other.sock"))
        self.refused(2, "at most 107 bytes", "status", "--socket", "/" + "x" * 200)

    def test_dead_socket(self):
        """A socket whose daemon is gone counts as no daemon"""
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(self.path("api.sock"))
        dead.close()
        self.refused(1, "nobody listens at", "status")

    def test_nonsense(self):
        """What is no HTTP, no JSON, or cut off is told; status 1, never a crash"""
        for raw in (b"nonsense\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", answer("nonsense"),
                    answer("[1]"), answer("boom", "500 Internal Server Error"), answer("{}", "503 Service Unavailable")):
            server = Answers(self.path("api.sock"), raw)
            self.refused(1, "kindgated", "status")
            server.close()
            subprocess.run(["rm", self.path("api.sock")], check=True)

    def test_errors_of_the_daemon(self):
        """The daemon's sentence and details are printed a line each; the status tells wrong input from can't"""
        error = {"error": "the policy is refused", "details": ["p:1:2: what: what to do", "p:3:4: \033[2J"]}
        for status, expected in (("400 Bad Request", 2), ("404 Not Found", 2), ("409 Conflict", 2), ("403 Forbidden", 1),
                                 ("503 Service Unavailable", 1), ("500 Internal Server Error", 1)):
            server = Answers(self.path("api.sock"), answer(error, status))
            out = self.refused(expected, "the policy is refused\np:1:2: what: what to do\np:3:4: \\x1b[2J\n", "pause", "kid")
            self.assertNotIn("\033", out)
            server.close()
            subprocess.run(["rm", self.path("api.sock")], check=True)

    def test_give(self):
        """pause, allow, off and learning ask as the API has it, and say how to take it back"""
        for words, mode, seconds, until in ((("pause", "kid"), "OFF", "0", ""), (("allow", "kid", "for", "1h30m"), "OPEN", "5400", ""),
                                            (("off", "kid", "until", "18:00"), "OFF", "0", "18:00"),
                                            (("learning", "kid", "for", "1d"), "LEARNING", "86400", "")):
            server = Answers(self.path("api.sock"), answer(OVERRIDE), answer(STATUS))
            self.assertEqual(self.good(*words),
                             "kid: OFF until tomorrow 18:00. Taken back by: kindgate overrides cancel 7\n")
            head, body = server.asked[0]
            self.assertTrue(head.startswith("POST /v1/overrides HTTP/1.1\r\n"), head)
            self.assertEqual(json.loads(body), {"who": "kid", "mode": mode, "seconds": seconds, "until": until})
            server.close()
            subprocess.run(["rm", self.path("api.sock")], check=True)

    def test_json_is_the_api_s(self):
        """--json prints what the API said"""
        server = self.serve(answer(STATUS), answer({"leases": []}), answer(OVERRIDE))
        self.assertEqual(self.json_lines("status", "--json"), [STATUS])
        self.assertEqual(self.json_lines("leases", "--json"), [{"leases": []}])
        self.assertEqual(self.json_lines("overrides", "cancel", "7", "--json"), [OVERRIDE])
        self.assertTrue(server.asked[2][0].startswith("DELETE /v1/overrides/7 "))

    def test_resume_and_place(self):
        """resume and place encode what they are given"""
        server = self.serve(answer({"overrides": [OVERRIDE]}), answer({"overrides": []}),
                            answer({"overrides": []}), answer({"overrides": [OVERRIDE]}), answer(STATUS),
                            answer({"id": "x", "display_name": "Näme", "profile": "kids", "macs": ["02:00:5e:10:00:01"]}))
        self.assertEqual(self.good("resume", "a&b c"), "kid: OFF has ended (override 7)\n"
                         "No word is left: the schedule applies to everybody.\n")
        said = self.good("resume", "all")
        self.assertIn("Nobody's word was about exactly all.\nStill said, before the schedule:\n  kid: OFF until ", said)
        self.assertTrue(server.asked[0][0].startswith("DELETE /v1/overrides?who=a%26b%20c "))
        self.assertEqual(self.good("place", "02-00-5E-10-00-01", "kids", "--name", "Näme"),
                         "02:00:5e:10:00:01 is Näme now, with profile kids\n")
        self.assertTrue(server.asked[5][0].startswith("PUT /v1/devices/02:00:5e:10:00:01 "))
        self.assertEqual(json.loads(server.asked[5][1]), {"profile_or_device": "kids", "name": "Näme"})

    def test_status(self):
        """status is a table of who may do what, and says plainly what is wrong"""
        profile = {"id": "kids", "display_name": "Kids", "mode": "OFF", "until": "2026-11-25T06:00:00Z",
                   "until_text": "until tomorrow 07:00", "because": [{"rule": "windows[0]", "text": "Bedtime"}],
                   "devices": [{"id": "tablet", "display_name": "名前\n", "mode": "OPEN", "until_text": "until 18:30",
                                "because": [{"rule": "override", "text": "root said so"}], "present": True}]}
        self.serve(answer(STATUS | {"profiles": [profile], "clock_trusted": False, "policy_errors": ["p:1:1: x: y"],
                                    "warnings": ["w"], "kernel_in_force": False}))
        self.assertEqual(self.good("status"), """\
Home, 2026-11-24 18:00 (Europe/Berlin)
WHO                NOW   UNTIL                 BECAUSE
Kids (kids)        OFF   until tomorrow 07:00  Bedtime
  名前\\n (tablet)  OPEN  until 18:30           root said so  here
Next change: 21:00
! the kernel doesn't hold the leases: see journalctl -u kindgated
! the gate doesn't know the time yet: profiles that depend on it fall back to the board's untrusted_clock mode
! the policy file on disk is not in force, the one before stays:
!   p:1:1: x: y
! w
""")

    def test_devices(self):
        """devices shows every address, on rows of their own"""
        device = {"id": "phone", "display_name": "Phone", "macs": ["02:00:5e:10:00:01", "02:00:5e:10:00:02"],
                  "profile": "kids", "placed_by": "file", "slot": 1, "addresses": ["10.0.0.2"], "host_name": "pixel",
                  "first_seen": "2026-11-01T08:00:00Z", "last_seen": "2026-11-24T16:00:00Z", "present": False}
        self.serve(answer({"devices": [device]}), answer(STATUS))
        self.assertEqual(self.good("devices").splitlines()[1:], [
            "Phone  phone  kids     file       02:00:5e:10:00:01  10.0.0.2  pixel      2026-11-01 09:00  2026-11-24 17:00",
            "                                  02:00:5e:10:00:02"])

    def test_events(self):
        """events follows in local time, escapes what it is told, and says when the daemon is gone"""
        self.serve(answer(STATUS), EVENTS)
        done = self.kindgate("events")
        self.assertEqual(done.stdout, "2026-11-24 21:00:00  Kid\\x1b[2J: off until tomorrow 07:00\n2026-11-24 21:01:00  Bye\n")
        self.assertEqual((done.returncode, done.stderr), (1, "kindgated ended the connection: it stopped or was restarted\n"))

    def test_events_json(self):
        """events --json prints each event as it came, a line each"""
        self.serve(EVENTS)
        lines = self.kindgate("events", "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["kind"] for line in lines], ["MODE_CHANGED", "STOPPING"])

    def test_events_come_at_once(self):
        """An event is printed when it comes, not when the pipe is full"""
        server = socket.socket(socket.AF_UNIX)
        server.bind(self.path("api.sock"))
        server.listen()
        with server, subprocess.Popen([COMMAND, "events", "--json", "--socket", self.path("api.sock")],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(EVENTS)
                self.assertIn(b"MODE_CHANGED", process.stdout.readline())
                self.assertIsNone(process.poll())
            process.kill()

    def test_policy_text(self):
        """policy get prints the text as it is; put sends it, if wanted only onto a revision"""
        text = 'name: "Zoë"\n'
        server = self.serve(answer(text, headers='ETag: "abc"\r\n'), answer(text, headers='ETag: "abc"\r\n'),
                            answer({"revision": "def", "warnings": ["w"]}), answer({"revision": "def", "warnings": []}))
        self.assertEqual(self.good("policy", "get"), text)
        self.assertEqual(self.json_lines("policy", "get", "--json"), [{"revision": "abc", "text": text}])
        path = self.write("new.textproto", SMALL)
        done = self.kindgate("policy", "put", path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{path}: in force (revision def)\n", "warning: w\n"))
        self.good("policy", "put", path, "--if-match", "abc")
        self.assertEqual([asked[1] for asked in server.asked[2:]], [SMALL, SMALL])
        self.assertIn("If-Match: *\r\n", server.asked[2][0] + "\r\n")
        self.assertIn('If-Match: "abc"\r\n', server.asked[3][0] + "\r\n")

    def test_policies_before(self):
        """policy revisions lists what was in force, by the policy's zone; policy get --revision asks for one of them"""
        revisions = {"revisions": [{"revision": "def", "in_force_from": "2026-11-24T18:30:00Z"}]}
        server = self.serve(answer(revisions), answer(STATUS), answer(revisions), answer("old\n", headers='ETag: "de/f"\r\n'))
        self.assertRegex(self.good("policy", "revisions"), r"(?m)^def +.*\b19:30")
        self.assertEqual(self.json_lines("policy", "revisions", "--json"), [revisions])
        self.assertEqual(self.good("policy", "get", "--revision", "de/f"), "old\n")
        self.assertTrue(server.asked[3][0].startswith("GET /v1/policy/revisions/de%2Ff "), server.asked[3][0])

    def test_wrong_policy_is_refused_by_its_own_name(self):
        """put and validate name a wrong text's errors by the file that was given, not by the gate's"""
        path = self.write("bad.textproto", SMALL.replace("daily", "dayly"))
        for command in ("put", "validate"):
            self.assertTrue(self.refused(2, "", "policy", command, path).startswith(f"{path}:5:"))

    def test_explain_and_timeline(self):
        """explain and timeline without --policy ask the daemon, and print the same JSON as offline"""
        because = [{"rule": "override", "text": "root said so"}]
        explanation = {"decision": "ALLOW", "mode": "OPEN", "until": "2026-11-24T18:00:00Z", "because": because}
        stretch = {"from": "2026-11-23T23:00:00Z", "to": "2026-11-24T23:00:00Z", "mode": "OPEN", "because": because}
        server = self.serve(answer(explanation), answer(explanation), answer(STATUS), answer(STATUS),
                            answer({"stretches": [stretch]}), answer(STATUS), answer({"stretches": [stretch]}))
        self.assertEqual(self.json_lines("explain", "--device", "kid", "--at", "2026-11-24T18:30", "--json"), [explanation])
        self.assertEqual(self.good("explain", "--profile", "kids"), "ALLOW (OPEN) until 19:00\nbecause override: root said so\n")
        self.assertTrue(server.asked[0][0].startswith("GET /v1/explain?device=kid&at=2026-11-24T18:30 "))
        words = ("timeline", "--device", "kid", "--from", "2026-11-24", "--to", "2026-11-24")
        self.assertEqual(self.json_lines(*words, "--json"), [stretch])
        self.assertIn("Tue 2026-11-24 │" + "█" * 48 + "│\n", self.good(*words))
        self.assertTrue(server.asked[4][0].startswith(
            "GET /v1/timeline?device=kid&from=2026-11-23T23:00:00Z&to=2026-11-24T23:00:00Z "), server.asked[4][0])

    def test_release(self):
        """release asks a running daemon"""
        server = self.serve(b"", answer({}))  # it looks first whether somebody is there
        self.assertIn("kindgated has stopped", self.good("release"))
        self.assertTrue(server.asked[-1][0].startswith("POST /v1/release "))
