package redact

import (
	"regexp"
	"strings"
)

// Words that say nothing of anybody, in lower case: those of the product, of its
// logs, and of our own reports. A host or organisation called by one of them
// keeps its name, for a pseudonym would turn up in every other sentence.
var common = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`
		alarm alert all any answer auth backup ca callmanager callmanager.pem capf capf.pem case cause ccm ccmuser cert
		certificate cisco class client cluster cm cn config console core ctl ctlfile cucm data default device digest dir
		directory domain drs ecdsa enterprise entry error event evidence expired external file firmware frame gate group
		hash headline held host hosts http https ims info input internal ip ipsec itl itlfile itlrecovery kind lab line
		list local localhost log mac main manager manufacturing master mic mode model name network node none note number
		office old new org organisation organization other phone phones pki port primary process provider proxy pub
		publisher reason recovery registration registrar remote report root rsa sast secondary security self serial
		server servers service services sign signature signer sip site source status sub subject subscriber support
		systems tac tcp telephony test tftp time tls token tomcat tomcat.pem trace trust tvs tvs.pem udp unit unity
		unknown user users utils verify version voice voip vpn web xml yes no lsc lscs mics srv sccp ssl x509 der pem
		the and for with from that this has not was are its sha1 sha256 md5 a b c d e f the jabber call calls cip ccm sccp jvm secd java javax
		`) {
		out[w] = true
	}
	return out
}()

// public are names in certificates that are the same for every customer:
// Cisco's own authorities.
var public = regexp.MustCompile(`(?i)^(?:cisco systems(?:,? inc\.?)?|cisco|cisco manufacturing ca(?: sha2| iii)?|cisco root ca(?: 2048| 2099| m1| m2)?|act2 sudi ca|high assurance sudi ca|acs_token|cisco_manufacturing_ca|cisco_root_ca_2048|cap-rtp-00[123]|ipcbu|evvbu|vtg|ctg|crbu)$`)

// product is what stands before the part of a certificate name that somebody
// chose, and behind it.
var (
	product = regexp.MustCompile(`^(?i:(CAPF-|ITLRECOVERY[_-]|SAST-(?:ADN)?|TVS-|CallManager-|(?:CP|ATA|VG|CTS|DX|EX|SX|MX)-?[0-9][0-9A-Za-z+]*(?:-[0-9])?-|CTIMANAGER-))(.+)$`)
	suffix  = regexp.MustCompile(`^(.+)((?i:-ECDSA|-EC|-ms|-EC-ms))$`)
)

// domains are the endings by which a name with dots is one of a host, beside all
// of two letters.
var domains = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`com net org edu gov mil int info biz aero coop museum arpa mobi jobs travel local lan
		localdomain corp internal intra intranet test example invalid lab dom ad cloud tech company global systems
		solutions bank health`) {
		out[w] = true
	}
	return out
}()

// extensions are endings of two letters that name no country in what we read.
var extensions = map[string]bool{"gz": true, "so": true, "sh": true, "py": true, "pl": true, "md": true, "rs": true, "cc": true, "go": true, "js": true, "ps": true, "sc": true, "tv": true}

// vendor tells that a name with dots is Cisco's own.
func vendor(name string) bool {
	name = strings.ToLower(name)
	return name == "cisco.com" || strings.HasSuffix(name, ".cisco.com") && !strings.Contains(name, "cucm")
}

// isCommon tells that a name is a word of the product: cucm, tftp, localhost.
func isCommon(name string) bool { return common[strings.ToLower(name)] }
