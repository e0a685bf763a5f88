BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE alerts (
	rule TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	occasion TEXT NOT NULL, 
	due TEXT NOT NULL, 
	run TEXT, 
	alert TEXT NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (rule, entry_id, occasion)
);
INSERT INTO "alerts" VALUES('0badcafe/posted','urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','new','2026-06-05T12:00:00Z','','{"body":"cabinet-office","closes":null,"dated":null,"due":"2026-06-05T12:00:00Z","entry":"urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532","found":"2026-06-05T12:00:00Z","language":"en","occasion":{"at":"2026-06-05T12:00:00Z","note":"","parts":[],"why":"new"},"page":"records/forum-minutes.html","rule":"0badcafe/posted","sentence":"","title":"Minutes of the forum","topics":[],"type":"news","url":""}');
INSERT INTO "alerts" VALUES('forum','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','new','2026-06-05T12:00:00Z','alert-forum-1','{"body":"cabinet-office","closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"dated":null,"due":"2026-06-05T12:00:00Z","entry":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","found":"2026-06-05T12:00:00Z","language":"en","occasion":{"at":"2026-06-05T12:00:00Z","note":"Redrafted.","parts":["title"],"why":"new"},"page":"entries/1.html","rule":"forum","sentence":"","title":"Cynllun gweithredu – action plan","topics":["open-data"],"type":"news","url":"https://www.gov.uk/"}');
INSERT INTO "alerts" VALUES('forum','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','changed 2026-06-05T12:00:00+00:00','2026-06-05T12:00:00Z','alert-forum-1','{"body":"cabinet-office","closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"dated":null,"due":"2026-06-05T12:00:00Z","entry":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","found":"2026-06-05T12:00:00Z","language":"en","occasion":{"at":"2026-06-05T12:00:00Z","note":"Redrafted.","parts":["title"],"why":"changed"},"page":"entries/1.html","rule":"forum","sentence":"","title":"Cynllun gweithredu – action plan","topics":["open-data"],"type":"news","url":"https://www.gov.uk/"}');
INSERT INTO "alerts" VALUES('forum','urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','new','2026-06-05T12:00:00Z','alert-forum-1','{"body":"cabinet-office","closes":null,"dated":null,"due":"2026-06-05T12:00:00Z","entry":"urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532","found":"2026-06-05T12:00:00Z","language":"en","occasion":{"at":"2026-06-05T12:00:00Z","note":"Redrafted.","parts":["title"],"why":"new"},"page":"entries/1.html","rule":"forum","sentence":"","title":"Minutes of the forum","topics":["open-data"],"type":"news","url":"https://www.gov.uk/"}');
CREATE TABLE aliases (
	name TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	since TEXT NOT NULL, 
	moved BOOLEAN NOT NULL, 
	CONSTRAINT pk_aliases PRIMARY KEY (name, entry_id)
);
INSERT INTO "aliases" VALUES('https://www.gov.uk/a-plan','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','2026-06-05T12:00:00Z',0);
INSERT INTO "aliases" VALUES('record:forum-minutes','urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','2026-06-05T12:00:00Z',0);
INSERT INTO "aliases" VALUES('https://www.gov.uk/moved','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','2026-06-05T13:00:00Z',1);
INSERT INTO "aliases" VALUES('https://www.gov.uk/minutes','urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','2026-06-05T12:00:00Z',0);
INSERT INTO "aliases" VALUES('https://www.gov.uk/cy/minutes','urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','2026-06-05T12:00:00Z',0);
INSERT INTO "aliases" VALUES('urn:uuid:c2d7c480-d258-5e4c-8343-d22b37579646','urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','2026-06-05T12:00:00Z',0);
CREATE TABLE bounces (
	run TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_bounces PRIMARY KEY (run, reader, kind)
);
INSERT INTO "bounces" VALUES('2026-W22','00c0ffee','soft','2026-06-05T12:00:00Z');
CREATE TABLE carriers (
	entry_id TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	first_seen TEXT NOT NULL, 
	backlog BOOLEAN NOT NULL, 
	told_at TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	last_seen TEXT NOT NULL, 
	vanishing TEXT, 
	removed TEXT, "before" TEXT, 
	CONSTRAINT pk_carriers PRIMARY KEY (entry_id, source_id), 
	CONSTRAINT fk_carriers_entries FOREIGN KEY(entry_id) REFERENCES entries (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "carriers" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','cabinet-office','2026-06-05T12:00:00Z',0,'2026-06-05T13:00:00Z','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"cabinet-office","summary":"What the plan “says”.","text":"What the plan says.","title":"Action plan, second draft","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-05T12:30:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','2026-06-05T12:00:00Z',NULL,NULL,'{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"cabinet-office","summary":"What the plan “says”.","text":"What the plan says.","title":"Cynllun gweithredu – action plan","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}');
INSERT INTO "carriers" VALUES('urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','cabinet-office','2026-06-05T12:00:00Z',0,'2026-06-05T12:00:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532","key":"record:forum-minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"forum-minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes of the forum","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','2026-06-05T12:00:00Z','{"removal":{"kind":"missing","moment":null,"note":"","to":null},"since":"2026-06-05T13:00:00Z"}',NULL,NULL);
INSERT INTO "carriers" VALUES('urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a','cabinet-office','2026-06-05T12:00:00Z',0,'2026-06-05T12:00:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a","key":"https://www.gov.uk/secret","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":null,"notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"","text":"","title":"Retracted","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','2026-06-05T12:00:00Z',NULL,NULL,NULL);
INSERT INTO "carriers" VALUES('urn:uuid:64574769-8734-5e1b-9980-97592a96d408','cabinet-office','2026-06-05T12:00:00Z',0,'2026-06-05T13:00:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:64574769-8734-5e1b-9980-97592a96d408","key":"https://www.gov.uk/gone","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/gone","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null},"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"A page that went","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/gone"}','2026-06-05T12:00:00Z',NULL,'{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null}','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:64574769-8734-5e1b-9980-97592a96d408","key":"https://www.gov.uk/gone","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/gone","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"A page that went","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/gone"}');
INSERT INTO "carriers" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','ogp-blog','2026-06-05T12:00:00Z',1,'2026-06-05T12:00:00Z','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"ogp-blog","summary":"What the plan “says”.","text":"What the plan says.","title":"The plan","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','2026-06-05T12:00:00Z',NULL,NULL,NULL);
INSERT INTO "carriers" VALUES('urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','cabinet-office','2026-06-05T12:00:00Z',0,'2026-06-05T12:00:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b","key":"https://www.gov.uk/minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes","translations":[{"language":"cy","title":"Cofnodion","url":"https://www.gov.uk/cy/minutes"}],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/minutes"}','2026-06-05T12:00:00Z',NULL,NULL,NULL);
CREATE TABLE digest_runs (
	week TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_digest_runs PRIMARY KEY (week)
);
INSERT INTO "digest_runs" VALUES('2026-W22','{"issued":"2026-06-05T12:00:00Z","sections":[{"items":[{"body":"cabinet-office","changed":[],"closes":null,"dated":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"first_seen":"2026-06-05T12:00:00Z","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","language":"en","page":"entries/5f9655ab-8222-5da0-afe3-bf0c982be79d.html","reminder":false,"removed":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null},"score":0,"summary":"","title":"Cynllun gweithredu – action plan","topics":[],"translations":[],"type":"news","url":"https://www.gov.uk/a-plan"},{"body":"cabinet-office","changed":[],"closes":null,"dated":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"first_seen":"2026-06-05T12:00:00Z","id":"urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a","language":"en","page":"entries/1b634db1-f9e9-5fd2-932f-bb221c33bb0a.html","reminder":false,"removed":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"","to":null},"score":0,"summary":"","title":"Retracted","topics":[],"translations":[],"type":"news","url":""}],"title":"New"}],"silence":["A body: nothing for 90 days"],"unread":["ogp-blog"],"week":"2026-W22","window":{"end":"2026-06-05T12:00:00Z","start":"2026-05-29T12:00:00Z"}}');
INSERT INTO "digest_runs" VALUES('2026-06-04','{"issued":"2026-06-05T12:00:00Z","sections":[{"items":[{"body":"cabinet-office","changed":[],"closes":null,"dated":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"first_seen":"2026-06-05T12:00:00Z","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","language":"en","page":"entries/5f9655ab-8222-5da0-afe3-bf0c982be79d.html","reminder":false,"removed":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null},"score":0,"summary":"","title":"Cynllun gweithredu – action plan","topics":[],"translations":[],"type":"news","url":"https://www.gov.uk/a-plan"},{"body":"cabinet-office","changed":[],"closes":null,"dated":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"first_seen":"2026-06-05T12:00:00Z","id":"urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a","language":"en","page":"entries/1b634db1-f9e9-5fd2-932f-bb221c33bb0a.html","reminder":false,"removed":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"","to":null},"score":0,"summary":"","title":"Retracted","topics":[],"translations":[],"type":"news","url":""}],"title":"New"}],"silence":["A body: nothing for 90 days"],"unread":["ogp-blog"],"week":"2026-06-04","window":{"end":"2026-06-05T12:00:00Z","start":"2026-06-04T12:00:00Z"}}');
CREATE TABLE entries (
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	body TEXT NOT NULL, 
	backlog BOOLEAN NOT NULL, 
	first_seen TEXT NOT NULL, 
	updated TEXT NOT NULL, 
	dated TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	labels TEXT NOT NULL, 
	removed TEXT, relevance TEXT DEFAULT 'no' NOT NULL, labelled_by TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT uq_entries_key UNIQUE ("key")
);
INSERT INTO "entries" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','https://www.gov.uk/a-plan','cabinet-office',0,'2026-06-05T12:00:00Z','2026-06-05T12:00:00Z','2026-06-01T00:00:00Z','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"cabinet-office","summary":"What the plan “says”.","text":"What the plan says.","title":"Action plan, second draft","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-05T12:30:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','{"commitments":[],"marked":true,"plans":["uk-nap6"],"relevance":"yes","score":18,"subjects":[],"topics":["open-data"],"type":"news","why":[{"points":3,"speaks_for":"topic:open-data","where":"title","words":"open data"},{"points":0,"speaks_for":"type:news","where":"usual there","words":"/government/news/"}]}',NULL,'yes','fingerprint');
INSERT INTO "entries" VALUES('urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','record:forum-minutes','cabinet-office',0,'2026-06-05T12:00:00Z','2026-06-05T12:00:00Z','2026-06-02T08:15:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532","key":"record:forum-minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"forum-minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes of the forum","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','{"commitments":[],"marked":true,"plans":["uk-nap6"],"relevance":"yes","score":18,"subjects":[],"topics":["open-data"],"type":"news","why":[{"points":3,"speaks_for":"topic:open-data","where":"title","words":"open data"},{"points":0,"speaks_for":"type:news","where":"usual there","words":"/government/news/"}]}',NULL,'yes','fingerprint');
INSERT INTO "entries" VALUES('urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a','https://www.gov.uk/secret','cabinet-office',0,'2026-06-05T12:00:00Z','2026-06-05T12:00:00Z','2026-06-02T08:15:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a","key":"https://www.gov.uk/secret","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":null,"notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"","text":"","title":"Retracted","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','{"commitments":[],"marked":true,"plans":["uk-nap6"],"relevance":"yes","score":18,"subjects":[],"topics":["open-data"],"type":"news","why":[{"points":3,"speaks_for":"topic:open-data","where":"title","words":"open data"},{"points":0,"speaks_for":"type:news","where":"usual there","words":"/government/news/"}]}',NULL,'yes','fingerprint');
INSERT INTO "entries" VALUES('urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','https://www.gov.uk/minutes','cabinet-office',0,'2026-06-05T12:00:00Z','2026-06-05T12:00:00Z','2026-06-02T08:15:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b","key":"https://www.gov.uk/minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/minutes"}','{"commitments":[],"marked":true,"plans":["uk-nap6"],"relevance":"yes","score":18,"subjects":[],"topics":["open-data"],"type":"news","why":[{"points":3,"speaks_for":"topic:open-data","where":"title","words":"open data"},{"points":0,"speaks_for":"type:news","where":"usual there","words":"/government/news/"}]}',NULL,'yes','fingerprint');
INSERT INTO "entries" VALUES('urn:uuid:64574769-8734-5e1b-9980-97592a96d408','https://www.gov.uk/gone','cabinet-office',0,'2026-06-05T12:00:00Z','2026-06-05T12:00:00Z','2026-06-02T08:15:00Z','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:64574769-8734-5e1b-9980-97592a96d408","key":"https://www.gov.uk/gone","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/gone","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null},"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"A page that went","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/gone"}','{"commitments":[],"marked":true,"plans":["uk-nap6"],"relevance":"yes","score":18,"subjects":[],"topics":["open-data"],"type":"news","why":[{"points":3,"speaks_for":"topic:open-data","where":"title","words":"open data"},{"points":0,"speaks_for":"type:news","where":"usual there","words":"/government/news/"}]}',NULL,'yes','fingerprint');
CREATE TABLE hooks (
	rule TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	occasion TEXT NOT NULL, 
	state TEXT NOT NULL, 
	due TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	first_tried TEXT, 
	reply TEXT NOT NULL, 
	CONSTRAINT pk_hooks PRIMARY KEY (rule, entry_id, occasion)
);
INSERT INTO "hooks" VALUES('0badcafe/posted','urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','new','planned','2026-06-05T12:00:00Z',0,NULL,'');
INSERT INTO "hooks" VALUES('forum','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','new','planned','2026-06-05T12:00:00Z',0,NULL,'');
INSERT INTO "hooks" VALUES('forum','urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','changed 2026-06-05T12:00:00+00:00','taken','2026-06-05T12:00:00Z',1,'2026-06-05T12:00:00Z','204');
INSERT INTO "hooks" VALUES('forum','urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','new','planned','2026-06-05T12:00:00Z',0,NULL,'');
CREATE TABLE mailings (
	run TEXT NOT NULL, 
	planned TEXT NOT NULL, 
	CONSTRAINT pk_mailings PRIMARY KEY (run)
);
INSERT INTO "mailings" VALUES('2026-W22','2026-06-05T12:00:00Z');
INSERT INTO "mailings" VALUES('2026-06-03','2026-06-05T12:00:00Z');
INSERT INTO "mailings" VALUES('alert-forum-1','2026-06-05T12:00:00Z');
CREATE TABLE marks (
	entry_id TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (entry_id)
);
INSERT INTO "marks" VALUES('urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','{"at":"2026-06-05T13:00:00Z","relevance":"yes","topics":["ogp"],"type":"meeting-record","why":"About the forum."}');
CREATE TABLE outages (
	source_id TEXT NOT NULL, 
	since TEXT NOT NULL, 
	until TEXT NOT NULL, 
	failing_since TEXT, 
	failure TEXT, 
	missed BOOLEAN NOT NULL, 
	CONSTRAINT pk_outages PRIMARY KEY (source_id, since)
);
INSERT INTO "outages" VALUES('cabinet-office','2026-05-29T12:00:00Z','2026-06-05T12:00:00Z','2026-05-29T13:00:00Z','{"cause":"timed out","detail":"30 s","hint":"wait","retry_after":"PT1H","status":null,"url":"https://www.gov.uk/"}',1);
CREATE TABLE own_rules (
	reader TEXT NOT NULL, 
	id TEXT NOT NULL, 
	rule TEXT NOT NULL, feed TEXT, secret TEXT, 
	CONSTRAINT pk_own_rules PRIMARY KEY (reader, id)
);
INSERT INTO "own_rules" VALUES('0badcafe','posted','{"changes":false,"feed":"","id":"posted","mail":false,"rhythm":"at once","webhook":"https://reader.example/hook","when":"minutes"}',NULL,'whsec_bm90IGEgc2VjcmV0');
INSERT INTO "own_rules" VALUES('00c0ffee','mine','{"changes":true,"feed":"a-secret","id":"mine","mail":true,"rhythm":"daily","webhook":"","when":"title:\"open data\" NOT scotland"}','a-secret',NULL);
CREATE TABLE postings (
	run TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at TEXT NOT NULL, 
	due TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	first_tried TEXT, 
	unsure INTEGER NOT NULL, 
	reply TEXT NOT NULL, 
	CONSTRAINT pk_postings PRIMARY KEY (run, reader)
);
INSERT INTO "postings" VALUES('2026-W22','00c0ffee','accepted','2026-06-05T12:00:00Z','2026-06-05T12:00:00Z',1,'2026-06-05T12:00:00Z',0,'250 OK');
INSERT INTO "postings" VALUES('2026-W22','0badcafe','given up','2026-06-05T13:00:00Z','2026-06-05T12:00:00Z',0,NULL,0,'the reader had left');
INSERT INTO "postings" VALUES('ask-confirm-1','0ddba115','planned','2026-06-05T13:00:00Z','2026-06-05T13:00:00Z',1,'2026-06-05T12:00:00Z',1,'');
INSERT INTO "postings" VALUES('2026-06-03','00c0ffee','given up','2026-06-05T12:00:00Z','2026-06-05T12:00:00Z',0,NULL,0,'too late');
INSERT INTO "postings" VALUES('answer-1','0badcafe','planned','2026-06-05T13:00:00Z','2026-06-05T13:00:00Z',0,NULL,0,'');
INSERT INTO "postings" VALUES('alert-forum-1','00c0ffee','planned','2026-06-05T12:00:00Z','2026-06-05T12:00:00Z',0,NULL,0,'');
CREATE TABLE readers (
	id TEXT NOT NULL, 
	address TEXT, 
	standing TEXT NOT NULL, 
	since TEXT NOT NULL, 
	choices TEXT NOT NULL, 
	is_list BOOLEAN NOT NULL, 
	leave TEXT NOT NULL, 
	replaces TEXT NOT NULL, 
	CONSTRAINT pk_readers PRIMARY KEY (id), 
	CONSTRAINT uq_readers_address UNIQUE (address)
);
INSERT INTO "readers" VALUES('00c0ffee','ann@example.org','reading','2026-06-05T12:00:00Z','{"bodies":[],"only_alerts":false,"rhythm":"weekly","titles":"en","topics":[],"types":[],"when_empty":false}',0,'','');
INSERT INTO "readers" VALUES('0badcafe','list@example.org','paused','2026-06-05T13:00:00Z','{"bodies":["ogp"],"only_alerts":false,"rhythm":"daily","titles":"cy","topics":["open-data"],"types":[],"when_empty":true}',1,'https://lists.example.org/leave','');
INSERT INTO "readers" VALUES('0ddba115','new@example.org','unconfirmed','2026-06-05T12:00:00Z','{"bodies":[],"only_alerts":false,"rhythm":"weekly","titles":"en","topics":[],"types":[],"when_empty":false}',0,'','00c0ffee');
INSERT INTO "readers" VALUES('0ff1ce00','left@example.org','left','2026-06-05T12:00:00Z','{"bodies":[],"only_alerts":false,"rhythm":"weekly","titles":"en","topics":[],"types":[],"when_empty":false}',0,'','');
INSERT INTO "readers" VALUES('0defaced',NULL,'stopped','2026-06-05T12:00:00Z','{"bodies":[],"only_alerts":false,"rhythm":"weekly","titles":"en","topics":[],"types":[],"when_empty":false}',0,'','');
CREATE TABLE remarks (
	run TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	remark TEXT NOT NULL, 
	CONSTRAINT pk_remarks PRIMARY KEY (run, reader)
);
INSERT INTO "remarks" VALUES('answer-1','0badcafe','{"offered":{"changes":true,"feed":"a-word","id":"mine","mail":true,"rhythm":"daily","webhook":"","when":"title:\"open data\" NOT scotland"},"words":"Kept."}');
CREATE TABLE replies (
	sha256 TEXT NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_replies PRIMARY KEY (sha256)
);
INSERT INTO "replies" VALUES('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','2026-06-05T12:00:00Z');
CREATE TABLE revisions (
	entry_id TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	seen_at TEXT NOT NULL, 
	parts TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	note TEXT NOT NULL, 
	payload_sha256 TEXT NOT NULL, 
	last_seen TEXT, 
	CONSTRAINT pk_revisions PRIMARY KEY (entry_id, source_id, number), 
	CONSTRAINT fk_revisions_carriers FOREIGN KEY(entry_id, source_id) REFERENCES carriers (entry_id, source_id)
);
INSERT INTO "revisions" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','cabinet-office',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"cabinet-office","summary":"What the plan “says”.","text":"What the plan says.","title":"Cynllun gweithredu – action plan","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','','','2026-06-05T12:00:00Z');
INSERT INTO "revisions" VALUES('urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532','cabinet-office',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:fdd0f802-6935-56c8-94ae-9edd8e119532","key":"record:forum-minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"forum-minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes of the forum","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','','',NULL);
INSERT INTO "revisions" VALUES('urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a','cabinet-office',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a","key":"https://www.gov.uk/secret","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":null,"notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"","text":"","title":"Retracted","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":null}','','',NULL);
INSERT INTO "revisions" VALUES('urn:uuid:64574769-8734-5e1b-9980-97592a96d408','cabinet-office',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:64574769-8734-5e1b-9980-97592a96d408","key":"https://www.gov.uk/gone","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/gone","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"A page that went","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/gone"}','','','2026-06-05T12:00:00Z');
INSERT INTO "revisions" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','ogp-blog',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"ogp-blog","summary":"What the plan “says”.","text":"What the plan says.","title":"The plan","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','','',NULL);
INSERT INTO "revisions" VALUES('urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d','cabinet-office',2,'2026-06-05T13:00:00Z','["title"]','{"body":"cabinet-office","categories":["open government","transparency"],"claims":[{"moment":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"note":"","source":"https://www.gov.uk/","what":"published"}],"closes":{"at":"2026-06-30T22:59:00Z","precision":"minute","zone":"stated"},"content":"<p>What the plan “says”.</p>","content_id":"5f0c6b6c-7631-11e4-a3cb-005056011aef","id":"urn:uuid:5f9655ab-8222-5da0-afe3-bf0c982be79d","key":"https://www.gov.uk/a-plan","language":"en","licence":"OGL-3.0","links":[{"href":"https://www.gov.uk/plan.pdf","length":9,"rel":"enclosure","title":null,"type":"application/pdf"}],"names":["wordpress:gds.blog.gov.uk:6897"],"native_id":"https://www.gov.uk/a-plan","notes":[{"moment":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"text":"Added the Welsh text."}],"opens":null,"origin":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"partial":false,"published":{"at":"2026-06-01T00:00:00Z","precision":"day","zone":"stated"},"publisher_type":"open_consultation","removal":null,"source":"cabinet-office","summary":"What the plan “says”.","text":"What the plan says.","title":"Action plan, second draft","translations":[{"language":"cy","title":"Cynllun","url":"https://www.gov.uk/cynllun"}],"updated":{"at":"2026-06-05T12:30:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/a-plan"}','Redrafted.','abababababababababababababababababababababababababababababababab',NULL);
INSERT INTO "revisions" VALUES('urn:uuid:64574769-8734-5e1b-9980-97592a96d408','cabinet-office',2,'2026-06-05T13:00:00Z','["removed"]','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:64574769-8734-5e1b-9980-97592a96d408","key":"https://www.gov.uk/gone","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/gone","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":{"kind":"gone","moment":{"at":"2026-06-05T00:00:00Z","precision":"day","zone":"stated"},"note":"Published in error.","to":null},"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"A page that went","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/gone"}','','',NULL);
INSERT INTO "revisions" VALUES('urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b','cabinet-office',1,'2026-06-05T12:00:00Z','[]','{"body":"cabinet-office","categories":[],"claims":[],"closes":null,"content":"","content_id":null,"id":"urn:uuid:8fb0e8d5-03f5-5d43-bdae-e5c4091b1c0b","key":"https://www.gov.uk/minutes","language":"en","licence":"OGL-3.0","links":[],"names":[],"native_id":"https://www.gov.uk/minutes","notes":[],"opens":null,"origin":null,"partial":false,"published":null,"publisher_type":null,"removal":null,"source":"cabinet-office","summary":"What the plan says.","text":"What the plan says.","title":"Minutes","translations":[],"updated":{"at":"2026-06-02T08:15:00Z","precision":"second","zone":"stated"},"url":"https://www.gov.uk/minutes"}','','',NULL);
CREATE TABLE robots (
	origin TEXT NOT NULL, 
	copy TEXT NOT NULL, 
	CONSTRAINT pk_robots PRIMARY KEY (origin)
);
INSERT INTO "robots" VALUES('https://www.gov.uk','{"fetched_at":"2026-06-05T12:00:00Z","status":200,"text":"User-agent: *\nAllow: /\n"}');
CREATE TABLE runs (
	at TEXT NOT NULL, 
	run TEXT NOT NULL, 
	CONSTRAINT pk_runs PRIMARY KEY (at)
);
INSERT INTO "runs" VALUES('2026-06-05T12:00:00Z','{"asked":2,"at":"2026-06-05T12:00:00Z","failed":1,"new":6,"revised":0}');
CREATE TABLE shunned (
	fingerprint TEXT NOT NULL, 
	why TEXT NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_shunned PRIMARY KEY (fingerprint)
);
INSERT INTO "shunned" VALUES('fingerprint-of-an-address','it bounced','2026-06-05T12:00:00Z');
CREATE TABLE source_states (
	source_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	CONSTRAINT pk_source_states PRIMARY KEY (source_id)
);
INSERT INTO "source_states" VALUES('cabinet-office','{"address":null,"answered":"2026-06-05T12:00:00Z","asked":"2026-06-05T12:00:00Z","due":"2026-06-05T13:00:00Z","failing_since":null,"failure":null,"failures":0,"first_answered":"2026-06-05T12:00:00Z","gap":"2026-06-05T11:00:00Z","head":{"address":"https://www.gov.uk/feed","id":"urn:feed","language":"en","link":"https://www.gov.uk/","rights":null,"title":"A feed","updated":null},"held":["urn:uuid:64574769-8734-5e1b-9980-97592a96d408"],"items":6,"moved_to":null,"rejects":[{"where":"item 3","why":"it has no title"}],"settings":"fingerprint-of-the-source","source":"cabinet-office","validators":{"https://www.gov.uk/":{"etag":"\"a\"","last_modified":"Fri, 05 Jun 2026"}}}');
INSERT INTO "source_states" VALUES('ogp-blog','{"address":null,"answered":null,"asked":"2026-06-05T12:00:00Z","due":null,"failing_since":"2026-06-05T12:00:00Z","failure":{"cause":"timed out","detail":"30 s","hint":"wait","retry_after":"PT1H","status":null,"url":"https://www.gov.uk/"},"failures":2,"first_answered":null,"gap":null,"head":{"address":null,"id":null,"language":null,"link":null,"rights":null,"title":null,"updated":null},"held":[],"items":0,"moved_to":null,"rejects":[],"settings":"","source":"ogp-blog","validators":{}}');
CREATE TABLE tombstones (
	entry_id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	why TEXT NOT NULL, 
	CONSTRAINT pk_tombstones PRIMARY KEY (entry_id)
);
INSERT INTO "tombstones" VALUES('urn:uuid:1b634db1-f9e9-5fd2-932f-bb221c33bb0a','2026-06-05T13:00:00Z','It names a person.');
CREATE TABLE watched_rules (
	rule TEXT NOT NULL, 
	condition TEXT NOT NULL, 
	since TEXT NOT NULL, 
	looked TEXT NOT NULL, 
	CONSTRAINT pk_watched_rules PRIMARY KEY (rule)
);
INSERT INTO "watched_rules" VALUES('forum','forum','2026-05-29T12:00:00Z','2026-06-05T12:00:00Z');
CREATE INDEX ix_entries_first_seen ON entries (first_seen);
CREATE INDEX ix_entries_newest ON entries (dated, id);
CREATE INDEX ix_carriers_source ON carriers (source_id, last_seen);
CREATE INDEX ix_revisions_seen_at ON revisions (seen_at);
CREATE INDEX ix_entries_labelled_by ON entries (labelled_by);
CREATE INDEX ix_aliases_entry_id ON aliases (entry_id);
CREATE INDEX ix_readers_standing ON readers (standing, since);
CREATE INDEX ix_postings_next ON postings (state, due, run, reader);
CREATE INDEX ix_postings_reader ON postings (reader);
CREATE INDEX ix_alerts_entry_id ON alerts (entry_id);
CREATE INDEX ix_alerts_run ON alerts (run);
CREATE INDEX ix_hooks_next ON hooks (state, due);
CREATE UNIQUE INDEX ix_own_rules_feed ON own_rules (feed);
COMMIT;
