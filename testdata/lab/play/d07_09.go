package play

// secure makes the phone one with an authenticated profile on a cluster in mixed
// mode with tokens.
func (p *Plan) secure(c clock) {
	p.mixed(true)
	ph := &p.Phones[0]
	ph.Secure = true
	p.Sources.CAPF, p.Sources.SDL, p.Sources.CTFTP = true, true, true
	p.Sources.ShowCTL = []ListOf{{File: "show-ctl.txt", Node: "cucm-a1", At: c.at(16, 0, 0)}}
}

// lscPlans: operations of CAPF (D7, D8).
func lscPlans() []Plan {
	c := june13
	base := func(name, story, cause string, result int) Plan {
		p := site(name, 91, c, "A phone with an authenticated profile boots and is to get its LSC. "+story, cause)
		p.secure(c)
		p.Phones[0].AuthMode = 1
		p.events(Event{At: c.at(10, 0, 0)}, Event{At: c.at(10, 3, 6), Kind: LSC, Result: result})
		return p
	}
	wrong := base("d07-auth-string-wrong", "The authentication string typed at the phone is wrong: CAPF ends with result 3.", "wrong authentication string", 3)
	only := base("d07-capture-only", "As d07-auth-string-wrong, but only the capture was collected.", "wrong authentication string", 3)
	only.Sources = Sources{PhoneCapture: "phone.pcap"}
	only.Facts = nil
	old := base("d07-invalid-lsc", "It authenticates with an LSC whose issuer CAPF no longer knows: result 4.", "existing LSC not trusted by CAPF", 4)
	old.Phones[0].AuthMode = 2
	old.history(Change{At: c.at(0, 0, 0).Add(-9 * day), Node: "cucm-a1", Service: CAPF}, Change{At: c.at(1, 0, 0).Add(-9 * day), What: UpdateCTL, Node: "cucm-a1"})
	old.Clusters[0].OldCAPF = true
	old.Phones[0].Own = Own{LSC: true, Cluster: "a", At: c.at(0, 0, 0).Add(-60 * day)}
	waits := base("d07-string-not-entered", "Nobody types the authentication string: the phone never contacts CAPF.", "authentication string not typed", 0)
	waits.Phones[0].Events = waits.Phones[0].Events[:1]
	blocked := base("d07-capf-blocked", "A firewall drops TCP 3804.", "TCP 3804 does not answer", 0)
	blocked.Blocks = []Block{{Address: a1, Port: capfPort}}

	renewal := Change{At: c.at(8, 0, 0), Node: "cucm-a1", Service: CAPF, Stale: true}
	renewed := base("d08-capf-renewed", "CAPF.pem of the publisher was regenerated; neither CTL nor ITL know it yet. The subscriber has a CAPF of its own.", "CAPF.pem of cucm-a1 regenerated, lists of before", 0)
	renewed.history(renewal)
	renewed.Clusters[0].Nodes[1].Runs |= CAPF
	renewed.Sources.Certificates = []string{"cucm-a1", "cucm-a2"}
	gone := base("d08-old-capf-deleted", "CAPF.pem was regenerated and the old one deleted from CallManager-trust: CallManager refuses the LSC of the phone.", "LSC of the old CAPF, which CallManager no longer trusts", 0)
	gone.history(renewal)
	gone.Phones[0].Own = Own{LSC: true, Cluster: "a", At: c.at(0, 0, 0).Add(-60 * day)}
	gone.events(Event{At: c.at(10, 0, 0)})
	gone.Sources.Certificates = []string{"cucm-a1"}
	return []Plan{wrong, only, old, waits, blocked, renewed, gone}
}

// registration: a healthy phone in mixed mode (D9).
func registration() []Plan {
	c := june13
	p := site("d09-healthy-secure", 91, c, `A phone in mixed mode boots, gets its LSC (key generation takes 12.8 s), boots again and registers encrypted
at TCP 2443 with it. The line about the CTL's signature in the first boot fell into a hole of the console. The listing of
the CTL is of a later day, when the CTL had been made anew: its date and length belong to another list.`, "nothing; listing of another day")
	p.secure(c)
	p.Phones[0].Encrypted = true
	p.history(Change{At: c.at(9, 0, 0).Add(20 * day), Node: "cucm-a2", Service: CallManager}, Change{At: c.at(10, 0, 0).Add(20 * day), What: UpdateCTL, Node: "cucm-a1"})
	p.events(Event{At: c.at(9, 58, 0)}, Event{At: c.at(10, 3, 6), Kind: LSC}, Event{At: c.at(10, 37, 50)})
	p.Sources.ShowCTL[0].At = c.at(16, 0, 0).Add(20 * day)
	p.Sources.Excerpt, p.Sources.Lose = true, []string{"File sign verify SUCCESS"}
	p.listing(c.at(16, 0, 0))
	p.End = c.at(10, 45, 0)
	return []Plan{p}
}

// moved: a phone comes from another secure cluster (D10).
func moved() []Plan {
	c := june18
	base := func(name, story, cause string) Plan {
		p := site(name, 115, c, "A secure 8861 of cluster a, with lists and LSC of a, is moved to cluster b: option 150 names the TFTP server of b. "+story, cause)
		p.modern()
		p.single()
		p.secure(c)
		p.Clusters[0].Tokens = false
		p.Clusters[0].Imports = []string{"b"}
		p.Clusters = append(p.Clusters, Cluster{Name: "b", Release: 115, Mixed: true, Nodes: []Node{{Name: "cucm-b1", Address: b1, Runs: All | CAPF, Ahead: 210 * ms}}})
		ph := &p.Phones[0]
		ph.Home, ph.TFTP, ph.NewGroup = "b", []string{b1}, []string{b1}
		ph.Own = Own{LSC: true, Cluster: "a", At: c.at(0, 0, 0).Add(-60 * day)}
		p.events(Event{At: c.at(6, 33, 30)})
		p.Facts = nil
		p.Sources.ShowCTL = []ListOf{{File: "show-ctl-b1.txt", Node: "cucm-b1", At: c.at(16, 0, 0)}}
		p.Sources.ShowITL = []ListOf{{File: "show-itl-b1.txt", Node: "cucm-b1", At: c.at(16, 0, 0)}}
		return p
	}
	main := base("d10-moved-foreign-lsc", "TVS of a has the certificates of b and vouches. CallManager of b refuses the LSC.", "LSC of cluster a at cluster b")
	silent := base("d10-old-tvs-silent", "The phone cannot reach cluster a any more; TVS of b, the last it asks, is no server of its list.", "TCP 2445 of cluster a does not answer")
	silent.Blocks = []Block{{Address: a1, Port: tvsPort}, {Address: a1, Port: 5061}}
	incomplete := base("d10-certificates-incomplete", "TVS of a does not know the signer of b.", "certificates of b not imported at a")
	incomplete.Clusters[0].Imports = nil
	rollback := func(name, story string) Plan {
		p := base(name, "Cluster a had set rollback to pre-8.0, so the phone holds a blank ITL beside its CTL, and no TVS record. "+story, "rollback between secure clusters")
		p.history(Change{At: c.at(2, 0, 0).Add(-3 * day), What: Rollback, Node: "cucm-a1"})
		return p
	}
	up := rollback("d10-rollback-source-up", "Cluster a is alive.")
	down := rollback("d10-rollback-source-gone", "Cluster a is gone: none of its ports answers.")
	for _, port := range []uint16{69, tvsPort, capfPort, 5061} {
		down.Blocks = append(down.Blocks, Block{Address: a1, Port: port})
	}
	down.Phones[0].TFTP = []string{a1, b1}
	down.Facts = []string{"drs-backup=no", "ctl-token=lost", "other-tftp=no", "previous-itl-on-server=no"}
	token := base("d10-same-token", "The CTLs of both clusters were signed with the same token.", "nothing: both clusters share a token")
	for i := range token.Clusters {
		token.Clusters[i].Tokens, token.Clusters[i].TokenID = true, "shared"
	}
	token.Phones[0].Own = Own{}
	return []Plan{main, silent, incomplete, up, down, token}
}
