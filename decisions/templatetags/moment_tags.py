"""Times with their zone, for pages that answer by the minute."""

from django import template

from decisions.base.times import zoned

register = template.Library()
register.filter("zoned", zoned, expects_localtime=True)
