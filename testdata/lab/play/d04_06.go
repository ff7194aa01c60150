package play

// blockedPlans: TCP 2445 does not answer (D4).
func blockedPlans() []Plan {
	c := june13
	base := func(name, story string) Plan {
		p := site(name, 91, c, "CallManager.pem of the TFTP server is regenerated alone. The reset phone does not know the new signer and wants to ask TVS of both servers of its group and of the TFTP server. "+story, "TCP 2445 does not answer")
		p.Clusters[0].Nodes = append(p.Clusters[0].Nodes, Node{Name: "cucm-a3", Address: a3, Runs: TFTP | TVS | CallManager, Ahead: 90 * ms})
		ph := &p.Phones[0]
		ph.TFTP, ph.Group, ph.ITL.Node = []string{a3}, []string{a1, a2}, "cucm-a3"
		p.history(Change{At: c.at(13, 5, 12), Node: "cucm-a3", Service: CallManager})
		p.events(Event{At: c.at(13, 20, 4)}, Event{At: c.at(13, 45, 0), Kind: Directory, Address: a1})
		p.Sources.ShowITL = []ListOf{{File: "show-itl.txt", Node: "cucm-a3", At: c.at(14, 0, 0)}}
		for _, a := range []string{a1, a2, a3} {
			p.Blocks = append(p.Blocks, Block{Address: a, Port: tvsPort})
		}
		return p
	}
	main := base("d04-tvs-blocked", "A firewall drops all three.")
	span := base("d04-span-doubled", "A firewall drops all three. The mirror port copies every frame.")
	span.Sources.Damage.Double = true
	oneWay := base("d04-one-way", "A firewall drops all three. The capture has only what the phone sends, and nothing else was collected but the phone's list.")
	oneWay.Sources = Sources{PhoneCapture: "phone.pcap", HeldLists: true, Damage: Damage{FromPhone: true}}
	servers := base("d04-server-side", "A firewall drops all three. The captures were taken on the servers, where no SYN arrives.")
	servers.Sources = Sources{NodeCaptures: []string{"cucm-a1", "cucm-a2", "cucm-a3"}, TVS: true, ShowITL: main.Sources.ShowITL}
	servers.Facts = append(servers.Facts, "capture-side:cucm-a1.pcap=server", "capture-side:cucm-a2.pcap=server", "capture-side:cucm-a3.pcap=server")
	reset := base("d04-not-listening", "All three answer with RST: the service is down.")
	for i := range reset.Blocks {
		reset.Blocks[i].Reset = true
	}
	one := base("d04-one-answers", "A firewall drops TCP 2445 to the first server; the second answers.")
	one.Blocks = one.Blocks[:1]
	return []Plan{main, span, oneWay, servers, reset, one}
}

// renamed: host names and with them certificates change (D5).
func renamed() []Plan {
	c := june13
	base := func(name, story, cause string) Plan {
		p := site(name, 91, c, story, cause)
		p.events(Event{At: c.at(13, 20, 4)})
		p.listing(c.at(14, 0, 0))
		return p
	}
	first := Change{At: c.at(13, 5, 12), What: Rename, Node: "cucm-a1", Name: "cucm-pub"}
	second := Change{At: c.at(13, 9, 40), What: Rename, Node: "cucm-a2", Name: "cucm-sub"}
	main := base("d05-first-tvs-renamed", "The publisher is renamed: CallManager.pem and TVS.pem are new. The phone refuses its TVS certificate and asks the second server of its group, which vouches. The new list has the new TVS record.", "cucm-a1 renamed")
	main.history(first)
	stale := base("d05-tftp-not-restarted", "TVS.pem of the first server is new but TFTP does not know it; CallManager.pem follows. The second server vouches for the new list, which still has the old TVS record of the first.", "TVS.pem of cucm-a1 regenerated without a restart of TFTP, then CallManager.pem")
	stale.history(Change{At: c.at(13, 1, 0), Node: "cucm-a1", Service: TVS, Stale: true}, regen(c.at(13, 5, 12), CallManager))
	both := base("d05-both-renamed", "Both servers are renamed in one night: no TVS is left that the phone knows.", "cucm-a1 and cucm-a2 renamed together")
	both.history(first, second)
	both.Facts = closed("9.1")
	both.events(Event{At: c.at(12, 40, 0)}, Event{At: c.at(13, 20, 4)})
	ctl := base("d05-both-renamed-ctl", "Both servers are renamed in one night. The cluster is in mixed mode, and a token of the phone's CTL is at hand; the CTL was not made anew yet.", "cucm-a1 and cucm-a2 renamed together, CTL of before")
	ctl.mixed(true)
	ctl.history(first, second)
	ctl.events(both.Phones[0].Events...)
	ctl.Facts = append(closed("9.1"), "ctl-token=available")
	ctl.Sources.ShowCTL = []ListOf{{File: "show-ctl.txt", Node: "cucm-a1", At: c.at(14, 0, 0)}}
	return []Plan{main, stale, both, ctl}
}

// central: one TFTP server for several clusters (D6).
func central() []Plan {
	c := june13
	base := func(name string, leaf, hub Release, story, cause string) Plan {
		p := site(name, leaf, c, story, cause)
		p.single()
		p.Clusters = append(p.Clusters, Cluster{Name: "b", Release: hub, Nodes: []Node{{Name: "cucm-b1", Address: b1, Runs: All | CAPF, Ahead: 210 * ms}}})
		ph := &p.Phones[0]
		ph.Home, ph.TFTP = "b", []string{b1}
		p.Sources.CTFTP = true
		p.Facts = nil
		p.Sources.ShowITL = []ListOf{{File: "show-itl-b1.txt", Node: "cucm-b1", At: c.at(14, 0, 0)}}
		return p
	}
	main := base("d06-central-heterogeneous", 70, 80, "The central TFTP server belongs to cluster b, release 8.0, the phone to leaf a, release 7.0 in mixed mode. The phone holds no list, gets the generic list of b and takes it; its configuration, fetched by b from a, is signed by a. A server of 7.0 has no TVS; TVS of b does not know that signer.", "central TFTP of 8.0 for a leaf of 7.0")
	main.Clusters[0].Mixed, main.Clusters[0].Tokens, main.Clusters[0].TokenID, main.Clusters[0].NoITL = true, true, "a", true
	main.Phones[0].ITL = nil
	main.Clusters[0].Nodes[0].Runs &^= TVS
	main.events(Event{At: c.at(13, 20, 4), Foreign: "a", Generic: true}, Event{At: c.at(13, 40, 4), Foreign: "a", Generic: true})
	plain := base("d06-leaf-non-secure", 70, 80, "As d06-central-heterogeneous, but leaf a is not in mixed mode and signs nothing: the signed configuration is not found.", "central TFTP of 8.0 for a non-secure leaf of 7.0")
	plain.Clusters[0].NoITL, plain.Phones[0].ITL = true, nil
	plain.Clusters[0].Nodes[0].Runs &^= TVS
	plain.events(Event{At: c.at(13, 20, 4), Foreign: "a", Generic: true}, Event{At: c.at(13, 40, 4), Foreign: "a", Generic: true})
	same := base("d06-homogeneous", 115, 115, "Both clusters run 11.5. The central server fetches list and configuration of the phone from its own cluster; the first answer over HTTP is 503, TFTP delivers.", "nothing")
	same.modern()
	same.Phones[0].HTTP = true
	same.Phones[0].ITL.At = june18.at(0, 0, 0).Add(-day)
	same.events(Event{At: june18.at(13, 20, 4), Foreign: "a", Busy: true})
	same.Sources.ShowITL = []ListOf{{File: "show-itl-a1.txt", Node: "cucm-a1", At: june18.at(14, 0, 0)}}
	return []Plan{main, plain, same}
}
