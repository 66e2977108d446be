package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A kind of tool that many programs offer under different names: the phrase book topic that asks for it, the names it
/// goes by, what its description says, and the parameters it takes.
record ToolFamily(String topic, List<String> names, List<String> descriptions, List<Parameter> parameters) {
    /// A parameter: the phrase slot that gives its value, and the names it goes by.
    record Parameter(String slot, List<String> names, List<String> descriptions) {}

    static final List<ToolFamily> ALL = List.of(
            new ToolFamily(
                    "weather",
                    List.of(
                            "get_weather",
                            "weather",
                            "current_weather",
                            "query_weather",
                            "getWeather",
                            "weather_lookup",
                            "get_current_weather",
                            "fetch_weather"),
                    List.of(
                            "Get the weather of a city",
                            "Current weather for a place",
                            "Look up the weather",
                            "Get the current weather in a given city",
                            "查询城市天气",
                            "获取指定城市的天气"),
                    List.of(new Parameter(
                            "city",
                            List.of("city", "location", "place", "city_name", "town"),
                            List.of("The city", "Name of the city", "City name, for example Paris", "城市名称")))),
            new ToolFamily(
                    "time",
                    List.of("get_time", "current_time", "get_current_time", "world_clock", "getTime", "local_time"),
                    List.of(
                            "Get the time in a city",
                            "Current local time of a place",
                            "Tell the time",
                            "查询当地时间",
                            "获取城市的当前时间"),
                    List.of(new Parameter(
                            "city",
                            List.of("city", "location", "place", "city_name"),
                            List.of("The city", "Name of the city", "Where", "城市")))),
            new ToolFamily(
                    "search",
                    List.of("web_search", "search", "search_web", "internet_search", "searchWeb", "lookup"),
                    List.of(
                            "Search the web",
                            "Search the internet for information",
                            "Find information online",
                            "网络搜索",
                            "在互联网上搜索"),
                    List.of(new Parameter(
                            "topic",
                            List.of("query", "q", "keywords", "text", "search_query"),
                            List.of("What to search for", "The query", "Search terms", "搜索词")))),
            new ToolFamily(
                    "calculate",
                    List.of("calculator", "calculate", "evaluate", "math", "compute"),
                    List.of("Evaluate an expression", "Do exact arithmetic", "Calculate a formula", "计算器", "计算数学表达式"),
                    List.of(new Parameter(
                            "expression",
                            List.of("expression", "formula", "input", "expr"),
                            List.of("The expression", "What to calculate", "表达式")))),
            new ToolFamily(
                    "message",
                    List.of("send_message", "send_sms", "message", "send_text", "sendMessage"),
                    List.of("Send a message to a person", "Send a text message", "发送消息", "给联系人发短信"),
                    List.of(
                            new Parameter(
                                    "name",
                                    List.of("recipient", "to", "contact", "name", "person"),
                                    List.of("Who gets it", "The recipient", "收件人")),
                            new Parameter(
                                    "text",
                                    List.of("text", "message", "content", "body"),
                                    List.of("What to say", "The text", "内容")))),
            new ToolFamily(
                    "alarm",
                    List.of("set_alarm", "create_alarm", "alarm", "add_alarm", "setAlarm"),
                    List.of("Set an alarm", "Create an alarm at a time", "设置闹钟", "新建闹钟"),
                    List.of(new Parameter(
                            "clock", List.of("time", "at", "clock", "when"), List.of("Time as HH:MM", "When", "时间")))),
            new ToolFamily(
                    "music",
                    List.of("play_music", "play_song", "music_player", "play", "playMusic"),
                    List.of("Play music", "Play a song", "播放音乐", "播放歌曲"),
                    List.of(new Parameter(
                            "topic",
                            List.of("song", "query", "title", "music"),
                            List.of("What to play", "The song", "歌曲")))),
            new ToolFamily(
                    "stock",
                    List.of("get_stock_price", "stock_price", "stock_quote", "share_price", "getStockPrice"),
                    List.of("Get the stock price of a company", "Price of a share", "查询股价", "获取公司股票价格"),
                    List.of(new Parameter(
                            "company",
                            List.of("company", "symbol", "stock", "company_name"),
                            List.of("The company", "Company name", "公司")))));

    /// One such tool as an OpenAI tool object, with the names that its parameters got, by slot.
    record Offer(ToolFamily family, String name, Map<String, String> parameterNames, Map<String, Object> tool) {}

    Offer offer(Draw draw) {
        String name = draw.one(names);
        Map<String, String> chosen = new LinkedHashMap<>();
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            String parameterName = draw.one(parameter.names());
            chosen.put(parameter.slot(), parameterName);
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "string");
            if (draw.chance(0.5)) {
                schema.put("description", draw.one(parameter.descriptions()));
            }
            properties.put(parameterName, schema);
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        if (draw.chance(0.8)) {
            schema.put("required", List.copyOf(properties.keySet()));
        }
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        if (draw.chance(0.9)) {
            function.put("description", draw.one(descriptions));
        }
        function.put("parameters", schema);
        Map<String, Object> tool = new LinkedHashMap<>();
        tool.put("type", "function");
        tool.put("function", function);
        return new Offer(this, name, chosen, tool);
    }
}
