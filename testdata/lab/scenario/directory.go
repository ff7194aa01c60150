package scenario

import (
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/config"
	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/list"
	"trustline/testdata/lab/message"
	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// walkthrough is the cluster and the phone of the published walk-through.
type walkthrough struct {
	callManager, tvs, capf, tomcat, mic *x509.Certificate
	token1, token2                      *x509.Certificate
	itl, ctl, config                    *list.File
	phone, server                       *wire.Host
}

const (
	publisherName = "CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"
	walkPhone     = "SEP0011215A1AE3"
	walkServer    = "14.48.44.80"
	walkModel     = "7970G"
)

func newWalkthrough() *walkthrough {
	w := &walkthrough{
		phone:  wire.NewHost("phone", "14.48.44.202", "00:11:21:5a:1a:e3", 64, 8192),
		server: wire.NewHost("CUCM8-Publisher", walkServer, "00:0c:29:4b:8e:21", 64, 5840),
		mic:    mic(walkModel, walkPhone),
	}
	july := func(d, h, m, s int) time.Time { return time.Date(2011, 7, d, h, m, s, 0, edt) }
	ca := keys.New("JASBURNS-AD", 2048)
	cm := keys.New("CUCM8-Publisher/CallManager", 1024)
	w.callManager = x509.Template{
		Serial: serial("21:00:2D:17:00:00:00:00:00:05"), Subject: x509.ParseName(publisherName),
		Issuer: x509.ParseName("CN=JASBURNS-AD"), NotBefore: july(26, 9, 48, 15), NotAfter: july(26, 9, 48, 15).AddDate(2, 0, 0),
		Key: cm, SignerKey: ca, Digest: crypto.SHA1, Size: 1442,
		Extensions: []x509.Extension{
			x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment | x509.DataEncipherment),
			x509.ExtKeyUsage(x509.ServerAuth, x509.ClientAuth, x509.IPSecEndSys),
			x509.SubjectKeyID(cm), x509.AuthorityKeyID(ca),
			x509.CRLDistributionPoint("ldap:///CN=JASBURNS-AD,CN=jasburns-ad,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=bbbburns,DC=lab?certificateRevocationList?base?objectClass=cRLDistributionPoint"),
			x509.AuthorityInfo("ldap:///CN=JASBURNS-AD,CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=bbbburns,DC=lab?cACertificate?base?objectClass=certificationAuthority"),
			x509.CertificateTemplate("WebServer"),
		},
	}.Build()
	w.tvs = serverCert("CUCM8-Publisher/TVS", publisherName, "2E:3E:1A:7B:DA:A6:4D:84", 2048, time.Date(2011, 4, 5, 15, 12, 40, 0, edt))
	w.tomcat = serverCert("CUCM8-Publisher/tomcat", publisherName, "6A:8F:41:C2:D9:5B:07:E3", 1024, time.Date(2011, 4, 5, 15, 10, 2, 0, edt))
	from := time.Date(2011, 4, 5, 15, 14, 9, 0, edt)
	w.capf = x509.Template{
		Serial: serial("0A:DC:6E:77:42:91:4A:53"), Subject: x509.ParseName("CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"),
		NotBefore: from, NotAfter: from.AddDate(5, 0, 0), Key: keys.New("CUCM8-Publisher/CAPF", 1024), Digest: crypto.SHA1, Size: 674,
		Extensions: []x509.Extension{x509.KeyUsage(x509.DigitalSignature | x509.CertSign)},
	}.Build()
	w.token1 = token("SAST-ADN4e31f914", "BD:A3:02:00:00:00:D8:88:64:1F", keys.F4, 583)
	w.token2 = token("SAST-ADN5bbd7b14", "AA:C9:20:00:00:00:78:C4:2E:22", keys.LongExponent, 585)

	w.itl = &list.File{Version: [2]byte{1, 2}, Name: "ITLFile.tlv", Signer: w.callManager, Time: july(27, 10, 16, 24), Records: []list.Record{
		list.Full(list.SAST, w.callManager, " "), list.Full(list.CCMTFTP, w.callManager, " "),
		list.HashOnly(list.TVS, w.tvs, " "), list.HashOnly(list.CAPF, w.capf, " ")}}
	ip := w.server.IP.AsSlice()
	w.ctl = &list.File{Version: [2]byte{1, 2}, Name: "CTLFile.tlv", Signer: w.token1, Time: july(26, 16, 41, 37),
		SignerName: tokenName("SAST-ADN4e31f914"), IssuerName: tokenIssuer, Records: []list.Record{
			tokenRecord(w.token1, "SAST-ADN4e31f914"), tokenRecord(w.token2, "SAST-ADN5bbd7b14"),
			list.Client(list.CCMTFTP, w.callManager, walkServer, ip), list.Client(list.CAPF, w.capf, walkServer, ip)}}
	w.config = config.Signed(walkPhone+".cnf.xml.sgn", config.Phone{Group: []string{walkServer}, Load: "SCCP70.9-2-1S",
		Directory: "https://14.48.44.80:8443/ccmcip/xmldirectory.jsp"}, w.callManager, july(27, 10, 21, 3), 7652)
	return w
}

// Names of USB tokens as the CTL client wrote them: lower case, quoted, the
// serial padded with blanks, the last quotation mark lost.
const tokenIssuer = "cn=Cisco Manufacturing CA;o=Cisco Systems"

func tokenName(cn string) string {
	return fmt.Sprintf(`cn="%-24s";ou=IPCBU;o="Cisco Systems`, cn)
}

func token(cn, serialHex string, exponent int64, size int) *x509.Certificate {
	from := time.Date(2009, 9, 14, 18, 20, 31, 0, time.UTC)
	return x509.Template{
		Serial:  serial(serialHex),
		Subject: x509.ParseName(fmt.Sprintf("CN=%-24s;OU=IPCBU;O=Cisco Systems", cn)),
		Issuer:  x509.ParseName("CN=Cisco Manufacturing CA;O=Cisco Systems"), NotBefore: from, NotAfter: from.AddDate(10, 0, 0),
		Key: keys.NewWithExponent("token/"+cn, 1024, exponent), SignerKey: keys.New("Cisco token CA", 1024), Digest: crypto.SHA1,
		Size: size,
	}.Build()
}

func tokenRecord(c *x509.Certificate, cn string) list.Record {
	r := list.Client(list.SAST, c, "", []byte{0, 0, 0, 0})
	r.Subject, r.Issuer = tokenName(cn), tokenIssuer
	return r
}

// consoleZero is what the console's clock lacks to the capture's: the console
// prints local time, and its clock is 0.35 s late.
const consoleZero = 350 * time.Millisecond

// at turns a time of the console, on the day after the ITL was made, into a time
// of the capture.
func (w *walkthrough) at(console string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.000000", "2011-07-28 "+console, edt)
	if err != nil {
		panic(err)
	}
	return t.Add(consoleZero).UTC()
}

// directoryViaTVS is the case of Cisco TechNote 116232: boot with both lists
// accepted, then the directory button, whose certificate TVS vouches for.
func directoryViaTVS() *Case {
	w := newWalkthrough()
	for _, want := range []struct {
		what string
		got  int
		want int
	}{{"ITL", len(w.itl.Bytes()), 5438}, {"ITL header", w.itl.HeaderLength(), 296}, {"CTL", len(w.ctl.Bytes()), 4762},
		{"CTL header", w.ctl.HeaderLength(), 304}, {"config", len(w.config.Bytes()), 7652}} {
		if want.got != want.want {
			panic(fmt.Sprintf("scenario: %s has %d bytes, published are %d", want.what, want.got, want.want))
		}
	}
	// The table must agree with what the console prints.
	held := phone.Phone{CTL: w.ctl, ITL: w.itl}
	for _, o := range []struct {
		object phone.Object
		signer *x509.Certificate
		want   phone.Step
	}{{phone.NewCTL, w.token1, phone.InCTL}, {phone.NewITL, w.callManager, phone.InCTL}, {phone.Config, w.callManager, phone.InCTL},
		{phone.Web, w.tomcat, phone.AtTVS}} {
		if got := held.Judge(o.object, o.signer, func() bool { return held.KnowsTVS(w.tvs) }).By(); got != o.want {
			panic(fmt.Sprintf("scenario: the phone accepts the %s by %q", o.object, got))
		}
	}

	c := newCase("directory-via-tvs")
	var console strings.Builder
	for _, l := range publishedConsole {
		console.WriteString(l + "\n")
	}
	c.text("phone-console.log", fmt.Sprintf(console.String(), len(w.ctl.Bytes()), len(w.itl.Bytes()), w.itl.HeaderLength(), len(w.config.Bytes())))
	c.text("tvs-sdi.txt", strings.Join(publishedTrace, "\n")+"\n")
	c.text("show-itl.txt", w.itl.Listing(list.Style{Word: "ITL", Zone: edt, Modified: w.itl.Time, Prompt: "admin:"}))
	c.text("show-ctl.txt", w.ctl.Listing(list.Style{Word: "CTL", Zone: edt, Modified: w.ctl.Time, Prompt: "admin:"}))
	var tr wire.Trace
	w.boot(&tr)
	w.directory(&tr)
	c.Files["phone.pcap"] = tr.Classic()
	c.text("README.md", w.readme(&tr))
	return c
}

// boot draws the phone's start at the times of the console: its lists, its
// configuration, and registration with keep-alives for the rest of the capture.
func (w *walkthrough) boot(tr *wire.Trace) {
	tr.CDP(w.at("09:12:48.120344"), w.phone, walkPhone, "SCCP70.9-2-1S", "Cisco IP Phone 7970")
	router := wire.NewHost("router", "14.48.44.1", "00:1b:54:c2:77:80", 255, 4128)
	tr.DHCP(w.at("09:12:55.004120"), w.phone, router, "255.255.255.0", []*wire.Host{w.server}, 0x5a1ae301)
	tr.ARP(w.at("09:13:17.602914"), w.phone, w.server)
	get := func(label, file string, data []byte, cport, sport uint16, from, to string) {
		tr.Label("read request " + file)
		tr.TFTP(wire.Transfer{Client: w.phone, Server: w.server, ClientPort: cport, ServerPort: sport, File: file, Data: data,
			Request: w.at(from), End: w.at(to)})
	}
	get("CTL", "CTL"+walkPhone+".tlv", w.ctl.Bytes(), 49530, 33412, "09:13:17.671102", "09:13:17.684811")
	get("ITL", "ITL"+walkPhone+".tlv", w.itl.Bytes(), 49531, 33413, "09:13:17.861248", "09:13:17.874602")
	get("config", w.config.Name, w.config.Bytes(), 49532, 33414, "09:13:18.541187", "09:13:18.558874")
	tr.Label("registration (SCCP 2000)")
	tr.Register(w.at("09:13:21.317050"), w.phone, w.server, 51912, walkPhone, time.Minute, w.at("15:21:40.000000"))
	for h := 10; h <= 15; h++ {
		tr.CDP(w.at(fmt.Sprintf("%02d:12:48.120344", h)), w.phone, walkPhone, "SCCP70.9-2-1S", "Cisco IP Phone 7970")
		tr.ARP(w.at(fmt.Sprintf("%02d:20:55.610021", h)), w.phone, w.server)
	}
}

// directory draws the HTTPS connection of the directory button, held while the
// phone asks TVS on a second connection, and both ends.
func (w *walkthrough) directory(tr *wire.Trace) {
	tr.Label("SYN to 8443")
	web, _ := tr.Dial(w.at("15:20:59.406204"), w.phone, w.server, 51940, 8443, "https")
	ws := tls.New(tls.Config{Seed: "walk/https", Time: w.at("15:20:59.400000"), Chain: []*x509.Certificate{w.tomcat}})
	tr.Label("ClientHello to 8443")
	web.Send(w.at("15:20:59.411016"), wire.FromClient, ws.ClientHello())
	tr.Label("first frame of ServerHello, Certificate from 8443")
	web.Send(w.at("15:20:59.417240"), wire.FromServer, ws.ServerFlight())

	tr.Label("SYN to 2445")
	tvs, _ := tr.Dial(w.at("15:20:59.471630"), w.phone, w.server, 51941, 2445, "tvs")
	ts := tls.New(tls.Config{Seed: "walk/tvs", Time: w.at("15:20:59.470000"), Chain: []*x509.Certificate{w.tvs},
		AskClient: true, Authorities: authorities(w.capf), ClientChain: []*x509.Certificate{w.mic}})
	tr.Label("ClientHello to 2445")
	tvs.Send(w.at("15:20:59.490512"), wire.FromClient, ts.ClientHello())
	tr.Label("first frame of ServerHello, Certificate from 2445")
	tvs.Send(w.at("15:20:59.506071"), wire.FromServer, ts.ServerFlight())
	tr.Label("first frame of client Certificate, ClientKeyExchange to 2445")
	tvs.Send(w.at("15:20:59.704138"), wire.FromClient, ts.ClientFlight())
	tr.Label("Finished from 2445")
	tvs.Send(w.at("15:20:59.753406"), wire.FromServer, ts.ServerFinish())
	tr.Label("TVS question (application data to 2445)")
	tvs.Send(w.at("15:20:59.789025"), wire.FromClient, ts.Data(tls.Client, message.Verify(1001, message.Device(walkModel, walkPhone), w.tomcat)))
	tr.Label("TVS answer (application data from 2445)")
	tvs.Send(w.at("15:20:59.811722"), wire.FromServer, ts.Data(tls.Server, message.VerifyAnswer(1001, 7)))
	tvs.Send(w.at("15:20:59.846110"), wire.FromClient, ts.Alert(tls.Client, tls.Warning, tls.CloseNotify))
	tr.Label("FIN to 2445")
	tvs.Close(w.at("15:20:59.846390"), wire.FromClient)

	tr.Label("ClientKeyExchange to 8443")
	web.Send(w.at("15:20:59.890477"), wire.FromClient, ws.ClientFlight())
	web.Send(w.at("15:20:59.896820"), wire.FromServer, ws.ServerFinish())
	get := func(path string) []byte {
		return ws.Data(tls.Client, []byte("GET "+path+" HTTP/1.1\r\nHost: 14.48.44.80:8443\r\nUser-Agent: Allegro-Software-WebClient/5.00\r\nAccept: x-CiscoIPPhone/*, text/xml\r\n\r\n"))
	}
	page := func(body string) []byte {
		return ws.Data(tls.Server, []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
	}
	tr.Label("first application data to 8443")
	web.Send(w.at("15:20:59.930015"), wire.FromClient, get("/ccmcip/xmldirectory.jsp"))
	web.Send(w.at("15:21:00.204833"), wire.FromServer, page("<CiscoIPPhoneMenu><Title>Directories</Title><MenuItem><Name>Corporate Directory</Name><URL>https://14.48.44.80:8443/ccmcip/xmldirectoryinput.jsp</URL></MenuItem></CiscoIPPhoneMenu>"))
	web.Send(w.at("15:21:01.702118"), wire.FromClient, get("/ccmcip/xmldirectoryinput.jsp?name="+walkPhone))
	web.Send(w.at("15:21:01.931640"), wire.FromServer, page("<CiscoIPPhoneInput><Title>Directory Search</Title><Prompt>Enter search criteria</Prompt></CiscoIPPhoneInput>"))
	web.Send(w.at("15:21:06.940201"), wire.FromClient, ws.Alert(tls.Client, tls.Warning, tls.CloseNotify))
	tr.Label("FIN to 8443")
	web.Close(w.at("15:21:06.940480"), wire.FromClient)
}

func (w *walkthrough) readme(tr *wire.Trace) string {
	itl, ctl, cfg := w.itl.Bytes(), w.ctl.Bytes(), w.config.Bytes()
	var b strings.Builder
	b.WriteString(`# directory-via-tvs

The walk-through of Cisco TechNote 116232 (Security By Default and ITL operation;
first published as a document of the Cisco Support Community): a phone boots, takes both
lists and its signed configuration, later opens the directory over HTTPS, does not know
the Tomcat certificate, asks TVS, gets status 0. Nothing is wrong, the ITL must not be
deleted.

## What is copied, what the lab made

- phone-console.log: the console lines 837 to 937 and 1184 to 1302 as published, one
  record to a line. The byte counts and the header length are filled in from the lab's
  files, which were made to have the published values.
- tvs-sdi.txt: the TVS trace lines 15:21:01.954 to 15:21:02.011 as published.
- show-itl.txt, show-ctl.txt, phone.pcap: the lab's. The published certificates, lists
  and captures are lost; the lab's have the published names, serials, record shapes and
  lengths, but other keys, so all hashes differ from the published ones. show-ctl.txt
  has the shape of Cisco Support Community DOC-18834, which lists a CTL of a later date
  (4,712 bytes); this one is made to the 4,762 bytes that the console received, with
  token certificates shorter than the published.
- The rows of the SIGNATURE, which the publication leaves out, follow the layout of Cisco
  TechNote 118892.

The published texts carry no date but that of the ITL (27 July 2011 10:16:24 EDT). The lab
puts the boot on the day after, 28 July 2011.

## Planted

`)
	fmt.Fprintf(&b, "- phone %s, %s, MAC 00:11:21:5a:1a:e3, model %s; server %s (TFTP, CallManager, TVS, Tomcat on one host)\n", walkPhone, w.phone.IP, walkModel, walkServer)
	for _, f := range []struct {
		name string
		file *list.File
		data []byte
	}{{"CTL", w.ctl, ctl}, {"ITL", w.itl, itl}, {"configuration", w.config, cfg}} {
		fmt.Fprintf(&b, "- %s: %d bytes, header %d, MD5 `%x`, SHA-1 `%x`, signed by serial `%x`\n", f.name, len(f.data), f.file.HeaderLength(), md5.Sum(f.data), sha1.Sum(f.data), f.file.Signer.Serial)
	}
	b.WriteString("- the phone held the same CTL and ITL before; both signers are in them\n")
	b.WriteString("- clocks: capture = console + 4 h + 0.350 s (console prints EDT); TVS trace (EDT) = console + 2.200 s, so capture = TVS trace + 4 h - 1.850 s\n\n")
	b.WriteString(factsHead)
	for _, f := range []struct {
		what string
		cert *x509.Certificate
	}{{"CallManager (ITL 1, 2; CTL 3)", w.callManager}, {"TVS (ITL 3), presented on 2445", w.tvs}, {"CAPF (ITL 4; CTL 4)", w.capf},
		{"Tomcat, in no list, presented on 8443", w.tomcat}, {"token 1, signer of the CTL", w.token1}, {"token 2", w.token2}, {"MIC of the phone", w.mic}} {
		b.WriteString(facts(f.what, f.cert))
	}
	b.WriteString("\nFrames of phone.pcap (" + fmt.Sprint(tr.Frames()) + " in all):\n\n" + markTable(tr.Marks()))
	return b.String()
}
