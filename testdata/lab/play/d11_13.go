package play

import "time"

// restored: a list signed by a key that no record names (D11).
func restored() []Plan {
	c := june13
	base := func(name, story string) Plan {
		p := site(name, 80, c, "The publisher was restored from a backup without CallManager.pem. Its lists and files are signed by a key that their records do not name. "+story, "ITL of cucm-a1 corrupt after a restore")
		p.history(Change{At: c.at(2, 10, 0), What: Restore, Node: "cucm-a1"})
		p.listing(c.at(9, 0, 0))
		p.Sources.Certificates, p.Sources.RoleQuery = []string{"cucm-a1"}, []string{"cucm-a1"}
		p.events(Event{At: c.at(6, 15, 4)})
		return p
	}
	main := base("d11-corrupt-after-restore", "The second TFTP server serves a good list. A phone that boots from the first refuses, one that boots from the second does not.")
	main.Clusters[0].Nodes[1].Runs |= TFTP
	good := main.Phones[0]
	good.Name, good.Address, good.TFTP, good.Cause = "SEP0011215A1AE4", "10.9.9.10", []string{a2}, "nothing: files of cucm-a2"
	good.ITL = &Held{Cluster: "a", Node: "cucm-a2", At: main.Phones[0].ITL.At}
	good.Events = []Event{{At: c.at(6, 25, 0)}}
	main.Phones = append(main.Phones, good)
	main.Sources.ShowITL = append(main.Sources.ShowITL, ListOf{File: "show-itl-a2.txt", Node: "cucm-a2", At: c.at(9, 0, 0)})
	only := base("d11-only-node", "There is no other TFTP server.")
	only.Facts = closed("8.0")
	only.single()
	token := site("d11-backup-token", 91, c, "A healthy phone in mixed mode. The listing of the CTL says of the second token, the backup, that it was not used to sign.", "nothing")
	token.mixed(true)
	token.events(Event{At: c.at(6, 15, 4)})
	token.listing(c.at(9, 0, 0))
	token.Sources.ShowCTL = []ListOf{{File: "show-ctl.txt", Node: "cucm-a1", At: c.at(9, 0, 0)}}
	return []Plan{main, only, token}
}

// expiredPlans: dates (D12).
func expiredPlans() []Plan {
	c := june13
	base := func(name, story, cause string) Plan {
		p := site(name, 91, c, story, cause)
		p.history(Change{At: c.at(4, 0, 0).Add(-day), What: Expire, Node: "cucm-a1", Service: TVS})
		p.single()
		p.Phones[0].ChecksDates = true
		p.events(Event{At: c.at(2, 0, 0)}, Event{At: c.at(4, 27, 38), Kind: Directory, Address: a1})
		return p
	}
	lines := base("d12-log-only", "Two lines of a console are all there is: the phone refused some certificate for its date.", "TVS.pem of cucm-a1 expired the day before")
	lines.Sources = Sources{Console: true, Only: []string{"EXPIRED_CERT", "desc <certificate expired>"}}
	lines.Facts = nil
	main := base("d12-tvs-expired", "TVS.pem of the publisher ended the day before. At the directory button the phone sends the alert certificate_expired to TCP 2445.", "TVS.pem of cucm-a1 expired the day before")
	main.listing(c.at(9, 0, 0))
	clock := base("d12-phone-clock", "The clock of the phone stands in the year 2106, its time server does not answer. It refuses the TVS certificate, which is valid for another year.", "clock of the phone")
	clock.history(Change{At: c.at(4, 0, 0).Add(year), What: Expire, Node: "cucm-a1", Service: TVS})
	clock.Phones[0].Ahead, clock.Phones[0].NTP = []time.Duration{93 * year}, "10.1.1.1"
	unnoticed := base("d12-expired-unnoticed", "TVS.pem of the publisher ended the day before, and the phone does not mind: the question is answered and the directory opens.", "TVS.pem of cucm-a1 expired the day before; no failure")
	unnoticed.Phones[0].ChecksDates = false
	return []Plan{lines, main, clock, unnoticed}
}

// falseAlarms: what looks like a fault and is none (D13), and one that is.
func falseAlarms() []Plan {
	c := june13
	second := site("d13-second-tftp", 91, c, "The phone boots from the first TFTP server, later from the second, whose list has another signer. TVS vouches. No certificate changed.", "nothing: another TFTP server")
	second.Clusters[0].Nodes[1].Runs |= TFTP
	second.Phones[0].TFTP, second.Phones[0].Group = []string{a1, a2}, []string{a1, a2}
	second.events(Event{At: c.at(6, 0, 0)}, Event{At: c.at(9, 0, 0), Node: "cucm-a2"})
	second.Sources.ShowITL = []ListOf{{File: "show-itl-a1.txt", Node: "cucm-a1", At: c.at(10, 0, 0)}, {File: "show-itl-a2.txt", Node: "cucm-a2", At: c.at(10, 0, 0)}}

	rst := site("d13-rst-after-answer", 91, c, "The directory opens through TVS; the phone ends the connection to TCP 8443 with RST after the whole answer.", "nothing")
	rst.events(Event{At: c.at(6, 0, 0)}, Event{At: c.at(6, 5, 0), Kind: Directory, Address: a1})

	http := site("d13-http-404", 115, june18, "HTTP 6970 answers 404 to every file of the boot, TFTP delivers the same files.", "nothing")
	http.modern()
	http.Phones[0].HTTP = true
	http.events(Event{At: june18.at(6, 0, 0), NoHTTP: true})

	earlier := site("d13-earlier-refusal", 91, c, "CallManager.pem was regenerated while a firewall dropped TCP 2445: the first boot fails with Trust List Update Failed. The firewall is opened, the second boot updates.", "TCP 2445 was blocked, and is no more")
	earlier.history(regen(c.at(3, 0, 0), CallManager))
	earlier.Blocks = []Block{{Address: a1, Port: tvsPort, Until: c.at(8, 0, 0)}, {Address: a2, Port: tvsPort, Until: c.at(8, 0, 0)}}
	earlier.events(Event{At: c.at(6, 0, 0)}, Event{At: c.at(9, 0, 0)})
	earlier.listing(c.at(10, 0, 0))

	first := site("d13-first-list", 91, c, "A phone from the factory takes the first list without a check; it is the list of the cluster.", "nothing: first list")
	first.Phones[0].ITL = nil
	first.events(Event{At: c.at(6, 0, 0)})
	first.listing(c.at(10, 0, 0))

	late := site("d13-capture-starts-late", 91, c, "The capture begins when the connection to TVS is already up: the question and its answer are in it, the handshake is not.", "nothing")
	late.events(Event{At: c.at(6, 0, 0)}, Event{At: c.at(6, 5, 0), Kind: Directory, Address: a1})
	late.Sources.Damage.From = late.when("TVS question").Add(-5 * ms)

	hidden := site("d13-tls13", 140, clock{2022, 6, 18}, "TLS 1.3 on TCP 2445 and 8443: the capture shows records of type 23 and no certificate. No log was collected.", "CallManager.pem of cucm-a1 regenerated; everything about TLS hidden")
	hidden.modern()
	hidden.Phones[0].TLS13 = true
	d := clock{2022, 6, 18}
	hidden.Phones[0].ITL.At = d.at(0, 0, 0).Add(-day)
	hidden.history(regen(d.at(3, 0, 0), ITLRecovery))
	hidden.Phones[0].Cause = "ITLRecovery.pem of cucm-a1 regenerated; everything about TLS hidden"
	hidden.events(Event{At: d.at(6, 0, 0)})
	hidden.Sources = Sources{PhoneCapture: "phone.pcap"}
	hidden.Facts = nil
	return []Plan{second, rst, http, earlier, first, late, hidden}
}
