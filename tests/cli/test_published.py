"""The arithmetic of the published planning documents, as `headroom check --json` prints it.

Each test sets what the documents state and looks for the number that they print or imply; nothing is
worked out here. Rows 14 to 16 of what is known of such pools are behaviour: test_behaviour.py.
"""

import json
import re

from program import SOURCE, Case, main

FRONT_END = "front-end.yaml"
DEPLOYMENT = "deployment.yaml"
AT_ONCE = "meetings.join_ramp=0 min"  # the documents' arithmetic has no ramp
OF_FOUR = "meetings.size=4"
NO_CALLS = "population.voice.users=0 %"


def named(rows, name):
    return next(row for row in rows if row["name"] == name)


class Checking(Case):
    study = FRONT_END

    def check(self, *sets, study=None):
        path = SOURCE / "params" / "presets" / "lync-2013" / (study or self.study)
        arguments = [word for each in sets for word in ("--set", each)]
        return json.loads(self.succeeds("check", path, "--json", *arguments))


class Published(Checking):
    def near(self, value, expected, part=5e-4):
        self.assertAlmostEqual(value, expected, delta=part * abs(expected))

    def resource(self, answer, name):
        return named(answer["pool"]["resources"], name)

    def activity(self, answer, name):
        return named(answer["activities"], name)

    # 1: 80,000 users, 5 %, 8 servers, meetings of 4: 500 people, 125 meetings a server; 188 people
    # and 47 meetings with application sharing [S:confmodel]
    def test_eight_servers(self):
        answer = self.check("population.users=80000", "pool.servers=8", OF_FOUR, AT_ONCE)
        sharing = named(answer["media"], "sharing")
        self.near(self.resource(answer, "participants")["meetings"], 500)
        self.near(answer["pool"]["meetings_in_progress"], 8 * 125)
        self.near(sharing["people_per_server"], 188, part=3e-3)  # 187.5, printed rounded
        self.near(sharing["meetings_per_server"], 47, part=3e-3)

    # 2: the same on 12 servers with the tested sizes: 333 people, 73.3 meetings a server [D]
    def test_twelve_servers(self):
        answer = self.check("population.users=80000", AT_ONCE)
        self.near(self.resource(answer, "participants")["meetings"], 333.3)
        self.near(answer["pool"]["meetings_in_progress"], 12 * 73.26)
        for medium, people in (("audio", 300), ("dial-in", 75), ("sharing", 125), ("video", 50),
                               ("data", 50)):
            self.near(named(answer["media"], medium)["people_per_server"], people)
        calculator = self.check("population.users=80000", AT_ONCE, "population.dial_in=15 %")
        self.near(named(calculator["media"], "dial-in")["people_per_server"], 45)

    # 3: one meeting of 250 leaves 3,750 of 4,000 people to others, 824 small meetings [S:capmodel]
    def test_one_large_meeting(self):
        answer = self.check("population.users=80000", AT_ONCE, "meetings.tail=250",
                            "meetings.tail_share=0.12118505 %")
        small, large = answer["classes"]
        self.near(large["meetings_in_progress"], 1)
        self.near(small["participants_present"], 3750)
        self.near(small["meetings_in_progress"], 824)

    # 4: 30,000 users on 5 servers of which one is lost: 7,500 on each, too many; on 6: 6,000
    def test_one_server_less(self):
        for servers, users, violates in ((5, 7500, True), (6, 6000, False)):
            rows = self.trace(f"pool.servers={servers}", "population.users=30000",
                              "failures.down=1", "failures.which=last")
            registrations = named(rows[0]["resources"], "registrations")
            number = next(i for i, limit in enumerate(rows[0]["limits"]) if limit["level"] == 1 and
                          rows[0]["resources"][limit["resource"]] == registrations)
            change = next(row for row in rows if row["type"] == "change")
            left = change["effective"][number][0]  # of 6,660, once those who came have theirs
            self.assertEqual(rows[0]["limits"][number]["ceiling"][0], 6660)
            self.assertAlmostEqual(6660 - left, users, delta=1)
            self.assertEqual(left < 0, violates)

    # 5: the quorum table, row by row; below it all services stop
    def test_quorum(self):
        """Servers, to start, to keep running, of the first so many [S:quorum]; servers that go out
        first leave fewer of those who vote."""
        published = [(2, 1, 1, 2), (3, 3, 2, 3), (4, 3, 2, 4), (5, 4, 3, 5), (6, 5, 3, 6),
                     (7, 5, 4, 7), (8, 6, 4, 7), (9, 7, 4, 7), (10, 8, 5, 9), (11, 9, 5, 9),
                     (12, 10, 5, 9)]
        listed = json.loads(self.succeeds("list", "quorum", "--json"))
        for n, start, run, voters in published:
            doc = named(listed, str(n))["doc"]
            self.assertTrue(doc.startswith(f"{start} to start; to keep running any {run}"), doc)
            self.assertEqual(doc.endswith(f"of the first {voters}"), voters < n)
            for which, most in (("last", n - run), ("first", voters - run)):
                self.assertTrue(self.runs(n, most, which), (n, most, which))
                self.assertFalse(self.runs(n, most + 1, which), (n, most + 1, which))

    def trace(self, *sets):
        path = SOURCE / "params" / "presets" / "lync-2013" / FRONT_END
        words = [word for each in ("window.busy_hours=1", "window.start=empty", *sets)
                 for word in ("--set", each)]
        return [json.loads(line) for line in self.succeeds("trace", path, *words).splitlines()]

    def changes(self, servers, which, *sets):
        rows = self.trace(f"pool.servers={servers}", f"failures.which={which}",
                          "population.users=10 per server", *sets)
        return [row["servers"].count("out") for row in rows if row["type"] == "change"]

    def runs(self, servers, down, which):
        out = self.changes(servers, which, f"failures.down={down}")[0]
        return out == down < servers

    def test_quorum_to_start(self):
        """A pool that has stopped starts again with so many servers, not with one fewer."""
        for n, start, run in ((3, 3, 2), (4, 3, 2), (5, 4, 3), (6, 5, 3), (7, 5, 4), (8, 6, 4),
                              (9, 7, 4), (10, 8, 5), (11, 9, 5), (12, 10, 5)):
            for back in (start - 1, start):
                down = n - back
                if down > n - run:
                    continue  # it does not run with so few
                out = self.changes(n, "first", f"failures.down={down}", "failures.out.at=10 min",
                                   f"failures.out.servers={back - 1}", "failures.out.for=5 min")
                self.assertIn(n, out, "all services stop below the quorum")
                self.assertEqual(out[-1], down if back == start else n, (n, back))

    # 6: all sign in within two hours: 11.1 a second, below the 12 of a pool [S:perftool]
    def test_sign_in(self):
        sign_in = self.activity(self.check("population.users=80000"), "sign_in")
        self.near(sign_in["per_second"], 11.11)
        self.assertEqual((sign_in["ceiling"], sign_in["ceiling_of"]), (12, "pool"))
        self.near(sign_in["share_of_ceiling"], 0.926)

    # 7: 1,333 presence polls and 88.9 publications a second [S:usermodel][D]
    def test_presence(self):
        answer = self.check("population.users=80000")
        self.near(self.activity(answer, "presence_poll")["per_second"], 1333)
        self.near(self.activity(answer, "presence_publication")["per_second"], 88.9)
        self.near(self.activity(answer, "short_subscription")["per_second"], 133.3)
        self.near(self.activity(answer, "dl_expansion")["per_second"], 11.11)

    def test_address_book_all_on_the_web(self):
        answer = self.check("population.users=80000",
                            "activity.address_book_query.rate=11.25 per hour")
        self.near(self.activity(answer, "address_book_query")["per_second"], 250)

    # 8: 80,000 chat users: 15,000 polls, 133.3 presence changes, 24 messages a second [S:pchat]
    def test_persistent_chat(self):
        answer = self.check("population.users=80000", "population.persistent_chat=100 %",
                            study=DEPLOYMENT)
        self.near(self.activity(answer, "chat_poll")["per_second"], 15000)
        self.near(self.activity(answer, "chat_presence")["per_second"], 133.3)
        self.near(self.activity(answer, "chat_message")["per_second"], 24)
        self.near(self.activity(answer, "chat_join")["per_second"], 10)

    # sizes as tested: 85 % of 4, 10 % of 6, 5 % of 11; as observed: 80 % below 20, 99.98 % below 100, none
    # above 250; all join within five minutes [S:usermodel][S:confmodel]. Of some 6,500 meetings, |z| at
    # most 4, more than 8 above 100 have a chance below 1e-4; a tail of alpha 2.5 has some 23
    def test_sizes_and_joins(self):
        for tail, alpha, is_published in (("0 %", 4.29, True), ("20 %", 4.29, True),
                                          ("20 %", 2.5, False)):
            rows = self.trace(f"meetings.tail_share={tail}", "window.busy_hours=10",
                              f"meetings.tail=pareto(from 20, alpha {alpha}, to 250)")
            meetings = [row for row in rows if row["type"] == "meeting"]
            sizes = [row["size"] for row in meetings]
            n, small = len(sizes), [size for size in sizes if size < 20]
            for size, share in ((4, 0.85), (6, 0.1), (11, 0.05)):
                self.assertAlmostEqual(small.count(size) / len(small), share,
                                       delta=4 * (share * (1 - share) / len(small)) ** 0.5)
            share = 1 if tail == "0 %" else 0.8
            self.assertAlmostEqual(len(small) / n, share, delta=4 * (share * (1 - share) / n) ** 0.5)
            self.assertEqual(sum(size >= 100 for size in sizes) <= 8, is_published)
            self.assertLessEqual(max(sizes), 250)
            start = {row["number"]: row["start"] for row in meetings}
            late = [row["tick"] - start[row["meeting"]] for row in rows if row["type"] == "join"]
            self.assertLess(sum(sizes) * 0.9, len(late))
            self.assertLessEqual(max(late), 300 * 65536)
            self.assertGreater(max(late), 299 * 65536)

    # 9: 399.6 erlangs a server, 139.9 without bypass against 150: 2.8 % by Erlang's B; with 60 % of
    # voice users 167.8 and 13.7 %. 26.7 calls a second of 80,000 users
    def test_calls(self):
        answer = self.check()
        calls = self.resource(answer, "pstn_calls")
        self.near(answer["calls"]["in_progress_per_server"], 399.6)
        self.near(answer["calls"]["without_bypass_per_server"], 139.9)
        self.near(calls["background"], 139.9)
        self.assertEqual(calls["limit"], 150)
        self.near(calls["erlang_b_of_calls"], 0.028, part=0.02)
        more = self.resource(self.check("population.voice.users=60 %"), "pstn_calls")
        self.near(more["background"], 167.8)
        self.near(more["erlang_b_of_calls"], 0.137, part=0.02)
        answer = self.check("population.users=80000")
        self.near(answer["calls"]["in_progress"], 4800)
        self.near(self.activity(answer, "call_setup")["per_second"], 26.67)

    # dial-in legs come on top: 190 of 150 at 15 % of 333 people, 22.7 %; 223 at 25 % of them
    def test_calls_and_dial_in(self):
        for dial_in, legs, blocked in (("15 %", 190, 0.227), ("25 %", 223, None)):
            calls = self.resource(self.check("population.users=80000", AT_ONCE,
                                             "meetings.modalities.audio=100 %",
                                             f"population.dial_in={dial_in}"), "pstn_calls")
            self.near(calls["meetings"] + calls["background"], legs, part=5e-3)
            if blocked is not None:
                self.near(calls["erlang_b"], blocked, part=0.02)

    # 10: 375 viewers of 2.37 Mbit/s take 89 % of a port [S:vbss]
    def test_viewers(self):
        answer = self.check("population.in_conference=~", "arrivals.meetings_per_server=1",
                            "meetings.size=376", AT_ONCE, NO_CALLS,
                            "meetings.modalities.audio=0 %", "meetings.modalities.video=0 %",
                            "meetings.modalities.data=0 %", "meetings.modalities.sharing=100 %",
                            "meetings.sharing_content.heavy_share=0 %",
                            "meetings.sharing_content.slides=2.37 Mbit/s",
                            "pool.ceilings.viewers.limit=375")
        self.near(self.resource(answer, "viewers")["meetings"], 375)
        network = self.resource(answer, "network_out")
        self.near(network["meetings"] / network["full"], 0.89, part=5e-3)

    # 11: messages and presence, 13 Mbit/s a server [S:capmodel]
    def test_messages_and_presence(self):
        answer = self.check(NO_CALLS)
        self.near(self.resource(answer, "network_out")["background"], 13000)

    # 12: the busy hour is 2.5 times the mean between two users, 1.5 times in conferences: 417
    # messages a second (416.7); and 5 % as the day's mean is 125 meetings of 4 on 12 servers too [D]
    def test_busy_hour(self):
        flat = "population.peak.peer_to_peer=1"
        busy, mean = self.check("population.users=80000"), self.check("population.users=80000", flat)
        self.near(self.activity(busy, "im_message")["per_second"], 416.7)
        self.near(self.activity(busy, "im_session")["per_second"], 41.67)
        self.near(self.activity(mean, "im_session")["per_second"], 16.67)
        self.near(self.activity(busy, "im_transaction")["per_second"], 833.3)
        peak = self.check("population.users=80000", OF_FOUR, AT_ONCE,
                          "population.peak.conferences=1.5")
        self.near(self.resource(peak, "participants")["meetings"], 500)
        self.near(peak["pool"]["meetings_in_progress"], 12 * 125)

    # 13: a meeting of 1,000 takes 55 to 62 s to get in with data, in proportion to the size; most join
    # of the ordinary ones within the shortest class of the product's reports, 2 s [S:lm2010][S:joinrep]
    def test_joining_takes_time(self):
        for largest, low, high in ((1000, 55, 62), (250, 13.75, 15.5)):
            joining = self.check("meetings.tail_share=1 %",
                                 f"meetings.tail=pareto(from 20, alpha 4.29, to {largest})")["joining"]
            self.assertEqual(joining["people"], largest)
            self.near(joining["seconds_low"], low)
            self.near(joining["seconds_high"], high)
        self.assertLess(self.check("meetings.tail_share=0 %")["joining"]["seconds_high"], 2)

    # 16 parked calls by the user model, 12 a minute by the limit; both published
    def test_parked_calls_contradict(self):
        park = self.activity(self.check("population.users=80000"), "call_park")
        self.near(park["per_second"] * 60, 16)
        self.near(park["share_of_ceiling"], 16 / 12)

    # 31,125 roster notices for a meeting of 250 [D]
    def test_joins(self):
        answer = self.check("population.in_conference=~", "arrivals.meetings_per_server=1",
                            "meetings.size=250", "meetings.duration=exponential(mean 1 h)")
        starts = self.activity(answer, "meeting_start")["per_second"]
        self.near(self.activity(answer, "conference_join")["per_second"] / starts, 250)
        self.near(self.activity(answer, "roster_notice")["per_second"] / starts, 31125)

    # limits of voice applications for 8 servers, by server; batches of a database [S:rgs][S:khi]
    def test_ceilings_of_voice_applications(self):
        answer = self.check("population.users=80000")
        for name, ceiling in (("response_group_call", 2), ("call_park", 1 / 60),
                              ("group_pickup", 62.5 / 60), ("sql_batch", 2500)):
            self.near(self.activity(answer, name)["ceiling"], ceiling)
            self.assertEqual(self.activity(answer, name)["ceiling_of"], "server")


class Tables(Checking):
    """What `list` says of roles and assumptions is complete."""

    def rows(self, table):
        return json.loads(self.succeeds("list", table, "--json"))

    def test_every_role(self):
        """A pool has loads with units, a ceiling, a balancer and an outcome of overload, all with their
        source; what carries no load says so."""
        self.assert_narrow(self.succeeds("list", "roles"))
        for row in self.rows("roles"):
            self.assertRegex(row["source"], r"^(\[(S:[a-z0-9-]+|D|U)\])+$")
            self.assertTrue(row["overload"] and row["doc"])
            is_pool = row["place"] in ("deployment", "pool.role")
            self.assertEqual(is_pool, row["loads"] is not None, row["name"])
            self.assertEqual(is_pool, row["balancer"] is not None, row["name"])
            if is_pool and row["name"] != "standard_edition":  # a Front End, with limits of its preset
                self.assertRegex(row["thresholds"], r"(target|limit|full): .*\[[SDU]")
            if row["name"] in ("witness", "central_management", "load_balancer", "planning_tool"):
                self.assertEqual(row["place"], "no load")
        self.assertIn("edge_av", named(self.rows("roles"), "edge")["loads"])

    def test_a_role_without_servers_costs_nothing(self):
        """Nothing of the deployment's other pools reaches a Front End."""
        plain = self.check(NO_CALLS)
        other = self.check(NO_CALLS, "target.pool=~", "target.level=target", "target.resources=[cpu]",
                           *(f"deployment.{role}.servers=0" for role in
                             ("edge", "persistent_chat", "persistent_chat_store", "back_end",
                              "monitoring_store", "archiving_store")), study=DEPLOYMENT)
        self.assertEqual(plain["pool"]["resources"], other["pool"]["resources"])
        self.assertEqual(other["other_pools"], [])

    def test_every_assumption_has_a_range(self):
        """A number that nobody has published says between what it may lie."""
        span = re.compile(r"\d[\d.,]*( ?(%|s|min|h|an hour))? to \d")
        for row in self.rows("params"):
            if "[U]" in (row["source"] or "") and row["kind"] not in ("choice", "yes or no"):
                self.assertRegex(row["doc"], span, row["name"])


class Activities(Checking):
    study = DEPLOYMENT

    # with `activities` the sum of the table is the background, on every pool that has one
    def test_the_sum_is_the_background(self):
        answer = self.check("background.from=activities", "background.cpu=~", NO_CALLS)
        other = {pool["name"]: pool for pool in answer["other_pools"]}
        total = sum(row["cpu_per_server"] or 0 for row in answer["activities"]
                    if row["role"] == "front_end")
        self.assertAlmostEqual(named(answer["pool"]["resources"], "cpu")["background"], total, 6)
        without = self.check(NO_CALLS)
        plain = {pool["name"]: pool for pool in without["other_pools"]}
        for role in ("edge", "persistent_chat"):
            added = sum(row["cpu_per_server"] or 0 for row in answer["activities"]
                        if row["role"] == role)
            self.assertAlmostEqual(named(other[role]["resources"], "cpu")["background"],
                                   named(plain[role]["resources"], "cpu")["background"] + added, 6)

    def test_a_study_says_it_once(self):
        done = self.headroom("check", SOURCE / "params/presets/lync-2013/front-end.yaml",
                             "--set", "background.from=activities")
        self.assertEqual(done.code, 65)
        self.assertRegex(done.err, r"background\.cpu = 30 %.*remove this \(`~`\)")

    def test_what_moves_nothing_is_said(self):
        warnings = self.check("activity.im_session.rate=2 per hour")["warnings"]
        self.assertTrue(any("activity.im_session.rate moves no load" in line for line in warnings))
        self.assertFalse(any("moves no load" in line for line in self.check()["warnings"]))

    # the Director takes an attack; without one, the Front Ends do
    def test_attack(self):
        attack = "activity.attack.rate=600 per second"
        for directors, role, per_server in ((2, "director", 6000), (0, "front_end", 1000)):
            servers = f"deployment.director.servers={directors}"
            calm, attacked = self.check(servers), self.check(servers, attack)
            self.assertEqual(named(attacked["activities"], "attack")["role"], role)

            def background(answer):
                pools = [answer["pool"], *answer["other_pools"]]
                return named(named(pools, role)["resources"], "cpu")["background"]

            self.assertAlmostEqual(background(attacked) - background(calm), per_server, 6)

    def test_text_and_list(self):
        path = SOURCE / "params/presets/lync-2013/deployment.yaml"
        text = self.succeeds("check", path)
        self.assert_narrow(text)
        self.assertRegex(text, r"Activity on front_end")
        self.assertRegex(text, r"sign_in .*92\.5 % of 12 a pool")
        self.assertNotIn("Activity", self.succeeds("check", "tiny.yaml"))
        self.assertEqual(json.loads(self.succeeds("check", "tiny.yaml", "--json"))["activities"], [])
        listed = self.succeeds("list", "activities")
        self.assert_narrow(listed)
        rows = json.loads(self.succeeds("list", "activities", "--json"))
        for row in rows:
            self.assertIn(row["name"], listed)
            self.assertTrue(row["inside"] or row["low"] <= row["work"] <= row["high"], row)


if __name__ == "__main__":
    main()
