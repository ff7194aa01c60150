package correlate

// rulesMoves are the findings on moves between clusters, rollback and neighbours.
var rulesMoves = []*Rule{}
