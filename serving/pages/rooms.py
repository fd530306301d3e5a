"""The rooms of the site: each has its pages at addresses of its own."""

from serving.pages.areas.routes import routes as areas
from serving.pages.entry.routes import routes as entry
from serving.pages.feeds.routes import routes as feeds
from serving.pages.help.routes import routes as help_
from serving.pages.models.routes import routes as models
from serving.pages.plans.routes import routes as plans
from serving.pages.questions.routes import routes as questions
from serving.pages.record.routes import routes as record
from serving.pages.summary.routes import routes as summary
from serving.pages.trends.routes import routes as trends
from serving.pages.week.routes import routes as week

PAGES = (entry, help_, week, areas, plans, questions, trends, summary, models, feeds, record)
