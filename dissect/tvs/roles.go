package tvs

import (
	"slices"
	"strconv"
	"strings"
)

// Role is what a certificate may do. The codes are those of FUNCTION in a
// trust list.
type Role int

// Roles that a phone wants: SAST for a trust list, TFTP or CCM+TFTP for a
// configuration file, APP-SERVER for an HTTPS server.
const (
	RoleSAST      Role = 0
	RoleCCM       Role = 1
	RoleCCMTFTP   Role = 2
	RoleTFTP      Role = 3
	RoleCAPF      Role = 4
	RoleAppServer Role = 7
	RoleTVS       Role = 21
)

// roleNames are the codes that certificate management prints (Cisco TechNote
// 210541); 0, 2, 3 and 21 also stand in TVS traces (TechNotes 118893, 213407).
// The names are those of trust lists where they have one.
var roleNames = map[Role][]string{
	0:  {"SAST"},
	1:  {"CCM"},
	2:  {"CCM", "TFTP"},
	3:  {"TFTP"},
	4:  {"CAPF"},
	5:  {"SRST"},
	6:  {"FIREWALL"},
	7:  {"APP-SERVER"},
	20: {"CERTIFICATE-AUTHORITY"},
	21: {"TVS"},
	22: {"SIGNALING-CALL-CONTROL"},
	23: {"PROVISIONING-SERVICE"},
	24: {"DATA-SERVICE"},
	25: {"NETWORK-ELEMENT"},
	26: {"VPN"},
	27: {"SERVICEABILITY"},
}

// Functions returns the role in the words of a trust list record: CCM and TFTP
// for code 2, the number as text for an unknown one.
func (r Role) Functions() []string {
	if names, ok := roleNames[r]; ok {
		return slices.Clone(names)
	}
	return []string{strconv.Itoa(int(r))}
}

// String joins Functions: "SAST", "CCM+TFTP", "99".
func (r Role) String() string { return strings.Join(r.Functions(), "+") }
