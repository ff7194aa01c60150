package scenario

import (
	"crypto/md5"
	"crypto/sha1"
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/list"
)

// Times of the case, true time. The evening boot, both regenerations, the reset.
var (
	regenBoot1    = time.Date(2013, 6, 17, 21, 30, 0, 0, edt)
	regenManager  = time.Date(2013, 6, 17, 22, 10, 27, 0, edt)
	regenTVS      = time.Date(2013, 6, 17, 22, 14, 27, 0, edt)
	regenReset    = time.Date(2013, 6, 18, 6, 15, 0, 0, edt)
	regenBoot2    = time.Date(2013, 6, 18, 6, 15, 4, 0, edt)
	regenButton   = time.Date(2013, 6, 18, 6, 32, 11, 400_000_000, edt)
	regenEnd      = time.Date(2013, 6, 18, 6, 40, 0, 0, edt)
	phoneAhead1   = -420 * time.Millisecond // of the phone's clock, boot 1
	phoneAhead2   = 1130 * time.Millisecond // and boot 2
	oldListMade   = time.Date(2013, 2, 11, 15, 3, 30, 0, edt)
	newListMade   = regenTVS.Add(25 * time.Second)
	newConfigMade = regenTVS.Add(26 * time.Second)
)

// bothRegenerated is the mistake that Cisco TechNote 116232 warns of: CallManager.pem
// and TVS.pem of the publisher made anew together. With a second node in the
// phone's CallManager group, whose TVS certificate is still the recorded one,
// the same mistake heals.
func bothRegenerated(name string, second bool) *Case {
	cl := newCluster()
	group := []*node{cl.a1}
	if second {
		group = append(group, cl.a2)
	}
	oldITL, oldConfig := cl.itl(oldListMade), cl.config(group, oldListMade)
	oldManager, oldTVS := cl.a1.callManager, cl.a1.tvs
	s := newStation(cl, oldITL, group)
	s.boot(regenBoot1, phoneAhead1, oldITL, oldConfig, group, regenReset)

	cl.a1.callManager = serverCert("a1/CallManager/2", "CN=cucm-a1"+clusterDN, serialCMNew, 1024, regenManager)
	cl.a1.tvs = serverCert("a1/TVS/2", "CN=cucm-a1"+clusterDN, serialTVS1b, 2048, regenTVS)
	for _, n := range []*node{cl.a1, cl.a2} {
		n.known = append(n.known, entry{cl.a1.callManager, []byte{list.SAST, list.TFTP}}, entry{cl.a1.tomcat, []byte{7}})
	}
	newITL, newConfig := cl.itl(newListMade), cl.config(group, newConfigMade)
	s.reset(regenReset)
	s.boot(regenBoot2, phoneAhead2, newITL, newConfig, group, regenEnd)
	healed := string(s.ITL.Bytes()) == string(newITL.Bytes())
	if healed != second {
		panic(fmt.Sprintf("scenario: %s: new list held: %t", name, healed))
	}
	if !second {
		s.directory(regenButton)
	}

	c := newCase(name)
	c.Files["phone.pcap"] = s.packets.Classic()
	c.text("phone-console.log", s.console.b.String())
	c.text("status.txt", s.status.String())
	c.text("show-itl.txt", newITL.Listing(list.Style{Word: "ITL", Zone: edt, Modified: newListMade, Prompt: "admin:", Checksums: true}))
	c.text("tvs-a1.txt", cl.a1.trace.b.String())
	if second {
		c.text("tvs-a2.txt", cl.a2.trace.b.String())
	}
	c.text("syslog.txt", alarms())

	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", name, regenStory(second))
	b.WriteString(made)
	fmt.Fprintf(&b, "\n## Planted\n\n- phone %s, %s, MAC %s, model %s; cluster CUCM 9.1, non-secure, no CTL\n", phoneName, phoneAddr, phoneMAC, phoneModel)
	fmt.Fprintf(&b, "- cucm-a1 %s: TFTP, CallManager, TVS, Tomcat; cucm-a2 %s: CallManager, TVS; TFTP server of the phone: cucm-a1\n", addressA1, addressA2)
	var members []string
	for _, n := range group {
		members = append(members, n.name)
	}
	fmt.Fprintf(&b, "- CallManager group in the configuration held: %s\n", strings.Join(members, ", "))
	b.WriteString(fileFacts("old ITL, held, served at boot 1", oldITL) + fileFacts("new ITL, served at boot 2", newITL) +
		fileFacts("old configuration", oldConfig) + fileFacts("new configuration", newConfig))
	b.WriteString(clockFacts(s, cl))
	fmt.Fprintf(&b, "- after boot 2 the phone holds the %s ITL\n\n", map[bool]string{false: "old", true: "new"}[healed])
	b.WriteString(factsHead + facts("CallManager of a1, old", oldManager) + facts("CallManager of a1, new", cl.a1.callManager) +
		facts("TVS of a1, old (old ITL 3)", oldTVS) + facts("TVS of a1, new (new ITL 3), presented by a1", cl.a1.tvs) +
		facts("TVS of a2 (ITL 4)", cl.a2.tvs) + facts("CAPF (ITL 5)", cl.capf) + facts("Tomcat of a1", cl.a1.tomcat) + facts("MIC of the phone", s.mic))
	fmt.Fprintf(&b, "\nFrames of phone.pcap (%d in all):\n\n%s", s.packets.Frames(), markTable(s.packets.Marks()))
	c.text("README.md", b.String())
	return c
}

// fileFacts describes a list or signed file in one line of a README.
func fileFacts(what string, f *list.File) string {
	data := f.Bytes()
	return fmt.Sprintf("- %s: %d bytes, header %d, MD5 `%x`, SHA-1 `%x`, signed by serial `%x`\n",
		what, len(data), f.HeaderLength(), md5.Sum(data), sha1.Sum(data), f.Signer.Serial)
}

func clockFacts(s *station, cl *cluster) string {
	return fmt.Sprintf(`- clocks, all EDT (UTC-4): capture = console + 4 h %+.3f s in boot 1, %+.3f s in boot 2;
  capture = TVS trace of a1 + 4 h %+.3f s, of a2 %+.3f s; status messages as the console
`, -phoneAhead1.Seconds(), -s.console.ahead.Seconds(), -cl.a1.trace.ahead.Seconds(), -cl.a2.trace.ahead.Seconds())
}

const made = `## What is copied, what the lab made

Everything is the lab's. Published certificates, lists and captures of such a case do not
exist or are lost, so list, listing and capture have the published record shapes with
names and serials of the lab's own. The wording of the console lines is that of Cisco
TechNotes 116232, 118893 (cache flush), 118699 (failed handshake) and of the community
document "Migrating IP Phones Between Clusters with CUCM 8 and ITL Files" (refused
configuration); of the TVS trace that of Cisco TechNote 213407; of the listing that of Cisco
TechNotes 116232 and 118892; of the alarms the CiscoLog form of the Managed Services Guide.
Where no wording is published (a missing file, a refused list, a connection that never
came about) the console is silent. The phone accepts and refuses by the lab's literal
decision table. The numbers of the console start again at each boot.
`

func regenStory(second bool) string {
	s := `A phone boots in the evening and accepts the ITL it already holds. In the night
CallManager.pem (22:10:27) and TVS.pem (22:14:27) of the publisher are regenerated. At the
morning's reset the served ITL and configuration have a signer that is not in the phone's
ITL, and the phone asks TVS of cucm-a1, which presents its new certificate. `
	if second {
		return s + `The phone sends
a fatal alert unknown_ca and goes to the second server of its CallManager group: cucm-a2
presents the recorded certificate and returns the new signer with the roles 0 and 3. The
new ITL is accepted and verifies the configuration without another question.
`
	}
	return s + `The phone sends
a fatal alert unknown_ca, and as TFTP, CallManager group and TVS are the same host there is
nobody else to ask. The same happens for the configuration, and again for the directory
button at 06:32. Both files are refused; the phone registers with the configuration it has.
`
}

// alarms are the lines of CiscoSyslog about the night.
func alarms() string {
	const tvs, tftp = "Cisco Trust Verification Service", "Cisco Tftp"
	return ciscoLog(regenManager.Add(17312*ms), 412, "cucm-a1", "TFTP", 5, "ITLFileRegenerated", tftp, "ITL File has been regenerated") +
		ciscoLog(regenTVS.Add(4108*ms), 57, "cucm-a1", "TVS", 6, "TVSCertificateRegenerated", tvs, "TVS Server certificate has been regenerated") +
		ciscoLog(regenTVS.Add(25240*ms), 413, "cucm-a1", "TFTP", 5, "ITLFileRegenerated", tftp, "ITL File has been regenerated")
}

// withFacts adds what the operator knows.
func withFacts(plain *Case) *Case {
	c := newCase(plain.Name + "-facts")
	for name, data := range plain.Files {
		c.Files[name] = data
	}
	c.text("case.facts", "cucm-version=9.1\ndrs-backup=no\nprevious-itl-on-server=no\nother-tftp=no\n")
	readme := strings.Replace(string(plain.Files["README.md"]), "# "+plain.Name+"\n", "# "+c.Name+"\n\nThe files of "+plain.Name+" with case.facts added: CUCM 9.1, no DRS backup, no previous ITL on\nthe server, no other TFTP server.\n", 1)
	c.text("README.md", readme)
	return c
}
