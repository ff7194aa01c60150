package phone

// A State is what trust lists a phone holds.
type State string

// The states.
const (
	None        State = "no list"
	BlankITL    State = "blank ITL"
	CTLOnly     State = "CTL only"
	ITLOnly     State = "ITL only"
	Both        State = "CTL and ITL"
	CTLBlankITL State = "CTL and blank ITL"
	OldNone     State = "model without Security By Default, no CTL"
	OldCTL      State = "model without Security By Default, CTL"
)

// An Object is what the phone has to judge.
type Object string

// The objects.
const (
	NewCTL Object = "new CTL"
	NewITL Object = "new ITL"
	Config Object = "signed file"
	Web    Object = "HTTPS certificate"
	CAPF   Object = "CAPF certificate"
	Call   Object = "CallManager certificate"
)

// A Step is one place where the phone looks.
type Step string

// The steps. Blind accepts without looking.
const (
	Blind   Step = "blind"
	InCTL   Step = "CTL"
	InITL   Step = "ITL"
	InCache Step = "TVS cache"
	AtTVS   Step = "TVS"
)

// Table lists the steps for each state and object. The first step that finds the
// signer accepts; a phone that comes to the end refuses. Two cells are not
// documented and follow the neighbouring rule: a blank ITL beside a CTL is
// replaced blindly, and any signed file is then accepted. TVS may vouch for CAPF
// (Security Guide 14, "Default security"), never for CallManager here. Models
// without Security By Default know the CTL alone.
var Table = map[State]map[Object][]Step{
	None: {
		NewCTL: {Blind},
		NewITL: {Blind},
		Config: {Blind},
		Web:    {},
		CAPF:   {Blind},
		Call:   {},
	},
	BlankITL: {
		NewCTL: {Blind},
		NewITL: {Blind},
		Config: {Blind},
		Web:    {},
		CAPF:   {InITL},
		Call:   {},
	},
	CTLOnly: {
		NewCTL: {InCTL},
		NewITL: {InCTL},
		Config: {InCTL},
		Web:    {InCTL},
		CAPF:   {InCTL},
		Call:   {InCTL},
	},
	ITLOnly: {
		NewCTL: {InCTL, InITL, InCache, AtTVS},
		NewITL: {InCTL, InITL, InCache, AtTVS},
		Config: {InCTL, InITL, InCache, AtTVS},
		Web:    {InCTL, InITL, InCache, AtTVS},
		CAPF:   {InITL, InCache, AtTVS},
		Call:   {},
	},
	Both: {
		NewCTL: {InCTL, InITL, InCache, AtTVS},
		NewITL: {InCTL, InITL, InCache, AtTVS},
		Config: {InCTL, InITL, InCache, AtTVS},
		Web:    {InCTL, InITL, InCache, AtTVS},
		CAPF:   {InCTL, InITL, InCache, AtTVS},
		Call:   {InCTL},
	},
	CTLBlankITL: {
		NewCTL: {InCTL},
		NewITL: {Blind},
		Config: {Blind},
		Web:    {},
		CAPF:   {InCTL, InITL},
		Call:   {InCTL},
	},
	OldNone: {
		NewCTL: {Blind},
		Config: {Blind},
		Web:    {},
		CAPF:   {Blind},
		Call:   {},
	},
	OldCTL: {
		NewCTL: {InCTL},
		Config: {InCTL},
		Web:    {},
		CAPF:   {InCTL},
		Call:   {InCTL},
	},
}

// roles of the records of a list that may vouch for an object; numbers are those
// of trust list records (0 SAST, 2 CCM+TFTP, 3 TFTP, 7 application server).
var roles = map[Object]map[Step][]uint16{
	NewCTL: {InCTL: {0}, InITL: {0}},
	NewITL: {InCTL: {0, 2}, InITL: {0}},
	Config: {InCTL: {2, 3}, InITL: {2, 3}},
	Web:    {InCTL: {7}, InITL: {7}},
	CAPF:   {InCTL: {4}, InITL: {4}},
	Call:   {InCTL: {1, 2}},
}
