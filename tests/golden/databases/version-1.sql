BEGIN TRANSACTION;
CREATE TABLE alias_moves (
	sequence INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	PRIMARY KEY (sequence, kind, alias), 
	FOREIGN KEY(sequence) REFERENCES events (sequence)
);
INSERT INTO "alias_moves" VALUES(1,'model','champion','first');
INSERT INTO "alias_moves" VALUES(2,'model','champion','second');
INSERT INTO "alias_moves" VALUES(7,'plan','in-force','p1');
CREATE TABLE artefacts (
	kind VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	sequence INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	path TEXT NOT NULL, 
	meta TEXT NOT NULL, 
	PRIMARY KEY (kind, name), 
	FOREIGN KEY(sequence) REFERENCES events (sequence)
);
INSERT INTO "artefacts" VALUES('model','first',1,'a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e','models/a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e.txt','{"share":0.5,"strands":["burglary"]}');
INSERT INTO "artefacts" VALUES('model','second',2,'16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4','models/16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4.txt','{"share":0.5,"strands":["burglary"]}');
CREATE TABLE events (
	sequence INTEGER NOT NULL, 
	time VARCHAR(40) NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	operation VARCHAR(40) NOT NULL, 
	object TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	authentication TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	object_hash TEXT, 
	outcome VARCHAR(20) NOT NULL, 
	details TEXT NOT NULL, 
	PRIMARY KEY (sequence)
);
INSERT INTO "events" VALUES(1,'2024-07-01T08:00:01.000000Z','0000000000000000000000000000000000000000000000000000000000000000','d8631b42a1047e5e1ca62bc8f89b5f2f1b1804e35f2dd286e392d7a24ee85cc4','model','model/first','ann','operator','none','demand-forecasting','a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e','ok','{"alias:model/champion":"first","artefact:model/first":"a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e","row:model/first":"7d270cebfdc5ed136fe824ff67800c2abcd05074403fad6df0b5fdbea744f1ca","trees":300}');
INSERT INTO "events" VALUES(2,'2024-07-01T08:00:02.000000Z','d8631b42a1047e5e1ca62bc8f89b5f2f1b1804e35f2dd286e392d7a24ee85cc4','7691aa3195fe29123a1d77ef74fcf87c3ac7c746557955178d67d0ea72049b3c','model','model/second','ann','operator','none','demand-forecasting','16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4','ok','{"alias:model/champion":"second","artefact:model/second":"16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4","row:model/second":"c461371cc75ad789e431c064c0fc26e13cee6679f421adea00b015be489d2c6e","trees":300}');
INSERT INTO "events" VALUES(3,'2024-07-01T08:00:03.000000Z','7691aa3195fe29123a1d77ef74fcf87c3ac7c746557955178d67d0ea72049b3c','2ed1e613595290e231b16b8d5fc4643e559f87a451ca627cbf6fb5c2bdd0f5d6','consultation','forecast/0','http','operator','none','demand-forecasting',NULL,'ok','{"area":null,"rows":0}');
INSERT INTO "events" VALUES(4,'2024-07-01T08:00:04.000000Z','2ed1e613595290e231b16b8d5fc4643e559f87a451ca627cbf6fb5c2bdd0f5d6','2fb11b7176febae84319f8835ce3182c75bf4ffd70f2cdfe61ad2946f2bc8df6','consultation','forecast/1','http','operator','none','demand-forecasting',NULL,'ok','{"area":null,"rows":1}');
INSERT INTO "events" VALUES(5,'2024-07-01T08:00:05.000000Z','2fb11b7176febae84319f8835ce3182c75bf4ffd70f2cdfe61ad2946f2bc8df6','90387ba2d274fa7b659e311972f87256c774bd9a42349ad3262870ff03aae930','consultation','forecast/2','http','operator','none','demand-forecasting',NULL,'ok','{"area":null,"rows":2}');
INSERT INTO "events" VALUES(6,'2024-07-01T08:00:06.000000Z','90387ba2d274fa7b659e311972f87256c774bd9a42349ad3262870ff03aae930','79532bf98b77c03f9d1b33ed270716e0471dde4ae5b3abdc94e713db612dae91','consultation','forecast/3','http','operator','none','demand-forecasting',NULL,'ok','{"area":null,"rows":3}');
INSERT INTO "events" VALUES(7,'2024-07-02T08:00:00.000000Z','79532bf98b77c03f9d1b33ed270716e0471dde4ae5b3abdc94e713db612dae91','e7cb7cec211821af893833d04948ea6c5b40978535b714a53456e1e69173b1a5','decision','plan/p1','Zoë Müller','planner','none','demand-forecasting',NULL,'ok','{"alias:plan/in-force":"p1","flag":true,"n":-3,"none":null,"reason":"it''s ‘agreed’; yes"}');
INSERT INTO "events" VALUES(8,'2024-07-02T08:00:00.000000Z','e7cb7cec211821af893833d04948ea6c5b40978535b714a53456e1e69173b1a5','02023f78158bc604183f1b69575a9ac278187e73ec75c0c40ffd1d9e96a7955d','consultation','plan/p1','ann','operator','none','demand-forecasting','abababababababababababababababababababababababababababababababab','refused','{}');
CREATE INDEX events_by_object ON events (object);
CREATE INDEX ix_artefacts_sequence ON artefacts (sequence);
CREATE TRIGGER events_no_UPDATE BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_no_DELETE BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER alias_moves_no_UPDATE BEFORE UPDATE ON alias_moves
BEGIN SELECT RAISE(ABORT, 'alias_moves is append-only'); END;
CREATE TRIGGER alias_moves_no_DELETE BEFORE DELETE ON alias_moves
BEGIN SELECT RAISE(ABORT, 'alias_moves is append-only'); END;
CREATE TRIGGER artefacts_no_UPDATE BEFORE UPDATE ON artefacts
BEGIN SELECT RAISE(ABORT, 'artefacts is append-only'); END;
CREATE TRIGGER artefacts_no_DELETE BEFORE DELETE ON artefacts
BEGIN SELECT RAISE(ABORT, 'artefacts is append-only'); END;
COMMIT;
