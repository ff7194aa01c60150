package correlate

// rulesCAPF are the findings on CAPF and the LSC.
var rulesCAPF = []*Rule{}
