package play

// healthy: an ITL that somebody wants to delete and that is good (D1), and a new
// signer that TVS vouches for (D2).
func healthy() []Plan {
	c := june13
	var out []Plan
	for _, v := range []struct{ name, story string }{
		{"d01-do-not-delete", "The directory works through TVS; the phone's menu shows the hash of the ITL that the server has."},
		{"d01-no-menu", "As d01-do-not-delete, but nobody read the hash from the phone's menu and the phone's list was not collected."},
		{"d01-no-capture", "As d01-do-not-delete, but without a capture."},
	} {
		p := site(v.name, 91, c, "A phone in mixed mode boots, takes both lists that it already holds, and opens the directory. "+v.story, "nothing")
		p.mixed(true)
		p.events(Event{At: c.at(9, 12, 40)}, Event{At: c.at(15, 20, 55), Kind: Directory, Address: a1})
		p.listing(c.at(16, 0, 0))
		p.Sources.ShowCTL = []ListOf{{File: "show-ctl.txt", Node: "cucm-a1", At: c.at(16, 0, 0)}}
		p.Sources.Menu, p.Sources.HeldLists = v.name != "d01-no-menu", false
		if v.name == "d01-no-capture" {
			p.Sources.PhoneCapture = ""
		}
		out = append(out, p)
	}
	p := site("d02-callmanager-regenerated", 91, c, "CallManager.pem of the publisher is regenerated alone; the phone is reset, asks TVS about the new signer, takes the list, and verifies the configuration by it.", "CallManager.pem of cucm-a1 regenerated")
	p.history(regen(c.at(13, 5, 12), CallManager))
	p.events(Event{At: c.at(12, 40, 0)}, Event{At: c.at(13, 20, 4)})
	p.listing(c.at(14, 0, 0))
	out = append(out, p)

	p = site("d02-pending", 91, c, "CallManager.pem of the publisher is regenerated alone, and no phone was reset since. The phone keeps its registration and opens the directory through TVS, whose certificate is the recorded one.", "CallManager.pem of cucm-a1 regenerated, phone not reset")
	p.history(regen(c.at(13, 5, 12), CallManager))
	p.events(Event{At: c.at(12, 40, 0)}, Event{At: c.at(13, 40, 0), Kind: Directory, Address: a1})
	p.listing(c.at(14, 0, 0))
	return append(out, p)
}

// regenerated: CallManager.pem and TVS.pem made anew together (D3).
func regenerated() []Plan {
	const both = "CallManager.pem and TVS.pem of cucm-a1 regenerated together"
	c := june13
	old := func(name, story string) Plan {
		p := site(name, 91, c, "CallManager.pem and TVS.pem of the only server of the phone's group are regenerated within four minutes, no phone was reset between. "+story, both)
		p.Phones[0].Group = []string{a1}
		p.history(regen(c.at(3, 10, 27), CallManager), regen(c.at(3, 14, 27), TVS))
		p.events(Event{At: c.at(2, 30, 0)}, Event{At: c.at(6, 15, 4)}, Event{At: c.at(6, 32, 11), Kind: Directory, Address: a1})
		p.listing(c.at(7, 0, 0))
		return p
	}
	main := old("d03-both-regenerated", "At the reset the phone refuses list and configuration, later the directory. No backup, no kept list, no other TFTP server.")
	main.Facts = closed("9.1")
	drs := old("d03-drs-backup", "There is a backup of the old keys.")
	drs.Facts = []string{"cucm-version=9.1", "drs-backup=yes", "previous-itl-on-server=no", "other-tftp=no"}
	hidden := old("d03-no-phone-list", "Nobody knows which list the phone holds: it was not collected, and the capture begins with the reset.")
	hidden.Facts, hidden.Sources.HeldLists = closed("9.1"), false
	hidden.Phones[0].Events = hidden.Phones[0].Events[1:]
	silent := old("d03-second-silent", "The second server of the group, whose certificate is the recorded one, is behind a firewall.")
	silent.Facts, silent.Phones[0].Group = closed("9.1"), []string{a1, a2}
	silent.Blocks = []Block{{Address: a2, Port: tvsPort}}
	none := old("d03-no-answers", "The operator was not asked.")
	none.Facts = nil
	out := []Plan{main, drs, hidden, silent, none}

	c = june20
	young := func(name, story string, boot bool, services ...Service) Plan {
		p := site(name, 125, c, story, both)
		p.modern()
		p.Phones[0].Group = []string{a1}
		var h []Change
		for i, s := range services {
			h = append(h, regen(c.at(3, 10+4*i, 27), s))
		}
		p.history(h...)
		e := []Event{{At: c.at(2, 0, 0)}, {At: c.at(6, 32, 11), Kind: Directory, Address: a1}}
		if boot {
			e = []Event{{At: c.at(2, 0, 0)}, {At: c.at(6, 15, 4)}, {At: c.at(6, 32, 11), Kind: Directory, Address: a1}}
		}
		p.events(e...)
		p.listing(c.at(7, 0, 0))
		return p
	}
	before := young("d03-itlrecovery-before-reset", "Release 12.5: both certificates are regenerated, ITLRecovery signs the lists and is unchanged. The phone was not reset yet: it refuses the TVS certificate and with it the directory.", false, CallManager, TVS)
	after := young("d03-itlrecovery-after-reset", "Release 12.5: both certificates are regenerated, ITLRecovery signs the lists and is unchanged. The reset phone takes the new list by its ITLRecovery record, without TVS.", true, CallManager, TVS)
	all := young("d03-all-renewed", "Release 12.5: CallManager, TVS and ITLRecovery are all renewed before a phone was reset.", true, CallManager, TVS, ITLRecovery)
	all.Facts, all.Phones[0].Cause = closed("12.5"), "CallManager.pem, TVS.pem and ITLRecovery.pem regenerated together"

	c = june18
	p := site("d03-itlrecovery-115", 115, c, "Release 11.5: CallManager signs the lists; both certificates are regenerated. The phone's list has an ITLRecovery record whose key the server still has.", both)
	p.Phones[0].Group = []string{a1}
	p.history(regen(c.at(3, 10, 27), CallManager), regen(c.at(3, 14, 27), TVS))
	p.events(Event{At: c.at(2, 30, 0)}, Event{At: c.at(6, 15, 4)}, Event{At: c.at(6, 32, 11), Kind: Directory, Address: a1})
	p.listing(c.at(7, 0, 0))
	p.Facts = closed("11.5")
	return append(out, before, after, p, all)
}
